import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';
import { openBatchrock } from '../index.ts';
import { LOG_FIELDS } from '../log/fields.ts';

const exporter = new InMemorySpanExporter();
const QUESTION = { dataset: 'in.csv', model: MODEL, prompt: 'Say zp4711: {text}', recordsPerJob: 100 };
const rowsOf = (mark: string): string =>
  `id,text\n${Array.from({ length: 300 }, (_, row) => `${row},zr4711 ${row % 100 === 0 ? mark : ''}\n`).join('')}`;

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
beforeEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  context.disable();
});

const named = (name: string): readonly ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.name === `batchrock.${name}`);
const parentOf = (span: ReadableSpan | undefined) => span?.parentSpanContext?.spanId;

async function open(cwd: string, server: { readonly url: string }) {
  const runs = await openBatchrock({ cwd, stateDir: join(cwd, 'state'), env: { AWS_SECRET_ACCESS_KEY: 'zc4711' } });
  return { runs, request: { ...QUESTION, endpointUrl: server.url } };
}

test('a run is a span, and what it does are spans below it', async () => {
  const server = await localServer({ speed: 20_000 });
  const cwd = folderWith({ 'in.csv': rowsOf('[[fail:400]]') });
  const { runs, request } = await open(cwd, server);
  const { status } = await runs.run({ ...request, out: 'out.csv' });
  await runs.close();
  const [run, ...others] = named('run');
  expect(others).toEqual([]);
  expect(parentOf(run)).toBeUndefined();
  expect(run?.attributes).toMatchObject({
    'batchrock.run': status.run,
    'batchrock.model': MODEL,
    'batchrock.status': 'ended',
    'batchrock.rows': 300,
    'batchrock.failed': 3,
  });
  for (const [name, count] of [
    ['prepare', 1],
    ['submit', 3],
    ['job', 3],
    ['harvest', 3],
    ['export', 1],
  ] as const) {
    const spans = named(name);
    expect(spans, name).toHaveLength(count);
    expect(spans.map(parentOf), name).toEqual(spans.map(() => run?.spanContext().spanId));
    expect(spans.map(({ attributes }) => attributes['batchrock.run'])).toEqual(spans.map(() => status.run));
  }
  const parts = named('harvest').toSorted(
    (a, b) => Number(a.attributes['batchrock.part']) - Number(b.attributes['batchrock.part']),
  );
  expect(parts.map(({ attributes }) => attributes)).toMatchObject(
    [0, 1, 2].map((part) => ({
      'batchrock.part': part,
      'batchrock.attempt': 1,
      'batchrock.records': 100,
      'batchrock.succeeded': 99,
      'batchrock.failed': 1,
      'batchrock.status': 'Completed',
      'batchrock.region': 'us-east-1',
      'batchrock.jobArn': expect.stringMatching(/^arn:aws:bedrock:us-east-1:\d{12}:model-invocation-job\//),
    })),
  );
  expect(run?.events.map(({ name }) => name)).toContain('batchrock.finished');
});

test('no span has a prompt, a row or a credential, nor anything that is not on the list', async () => {
  const faults = { throttle: 0.1, lostReply: 0.1, serverError: 0.1, jobPartial: 0.5, jobExpire: 0.1, jobFail: 0.1 };
  const server = await localServer({ speed: 20_000, faults });
  const cwd = folderWith({ 'in.csv': rowsOf('[[fail:503]]') });
  const { runs, request } = await open(cwd, server);
  await runs.run({ ...request, out: 'out.csv' });
  await runs.close();
  const told = exporter
    .getFinishedSpans()
    .map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }));
  expect(told.length).toBeGreaterThan(10);
  expect(JSON.stringify(told)).not.toMatch(/z[cpr]4711/);
  const names = new Set(
    told.flatMap(({ attributes, events }) => [attributes, ...events.map((each) => each.attributes ?? {})]).flatMap(Object.keys),
  );
  expect([...names].filter((name) => !LOG_FIELDS.has(name.replace(/^batchrock\./, '')))).toEqual([]);
});

test('of what fails a span has the code alone', async () => {
  const server = await localServer({ speed: 20_000, faults: { noAccess: true } });
  const cwd = folderWith({ 'in.csv': rowsOf('') });
  const { runs, request } = await open(cwd, server);
  await expect(runs.run(request)).rejects.toMatchObject({ code: 'BR-E0501' });
  await runs.close();
  const [run] = named('run');
  expect(run?.attributes['error.type']).toBe('BR-E0501');
  expect(run?.status).toEqual({ code: 2, message: 'BR-E0501' });
  expect(run?.events.map(({ name }) => name)).toContain('batchrock.blocked');
});

test('what a program was doing is the parent of what is done for it', async () => {
  const server = await localServer();
  const cwd = folderWith({ 'in.csv': rowsOf('') });
  const { runs, request } = await open(cwd, server);
  await trace.getTracer('a program').startActiveSpan('nightly', async (nightly) => {
    await runs.submit(request);
    nightly.end();
    expect(parentOf(named('run')[0])).toBe(nightly.spanContext().spanId);
  });
  for await (const _ of runs.watch(undefined, { pollMs: 1 }));
  await runs.close();
  expect(named('advance').length).toBeGreaterThan(0);
});

test('a command hands its spans on before it ends, to whatever its process was told to load', async () => {
  const at = (name: string) => JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve(name)).href);
  const cwd = folderWith({
    'in.csv': rowsOf(''),
    'tracing.mjs': `
      import { BasicTracerProvider, BatchSpanProcessor } from ${at('@opentelemetry/sdk-trace-base')};
      import { trace } from ${at('@opentelemetry/api')};
      import { writeFileSync } from 'node:fs';
      const said = [];
      const exporter = {
        export(spans, done) { said.push(...spans.map(({ name }) => name)); writeFileSync('spans.json', JSON.stringify(said)); done({ code: 0 }); },
        async shutdown() {},
      };
      trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }));`,
  });
  const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--out', 'out.csv'];
  const child = spawnCli(argv, { cwd, env: { NODE_OPTIONS: `--import=${join(cwd, 'tracing.mjs')}` } });
  const ended = await child.ended;
  expect(ended.code, ended.stderr).toBe(0);
  expect(JSON.parse(readFileSync(join(cwd, 'spans.json'), 'utf8'))).toEqual(
    expect.arrayContaining(['batchrock.run', 'batchrock.export']),
  );
  expect((await cli(['status'], { cwd })).code).toBe(0);
});
