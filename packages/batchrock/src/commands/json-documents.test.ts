import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';
import { COMPLETED, RECEIVED } from '../../test/queued-files.ts';
import { fileDocument } from '../render/queue-text.ts';

/** The fields of a shape as `docs/json.md` publishes them. */
interface Published {
  readonly always: readonly string[];
  readonly sometimes: readonly string[];
}

const PAGE = readFileSync(join(import.meta.dirname, '../../../../docs/json.md'), 'utf8');

const PUBLISHED = new Map<string, Published>(
  PAGE.split(/^## /m)
    .slice(1)
    .map((section) => {
      const fields = section
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`(\??)/g)]);
      const named = (mark: string) => fields.filter((field) => field[2] === mark).map((field) => field[1] as string);
      return [/`([^`]+)`/.exec(section)?.[1] ?? '', { always: named(''), sometimes: named('?') }];
    }),
);

/** Lines of an OpenAI batch file for two models. */
const LINES = [MODEL, 'amazon.nova-lite-v1:0']
  .map((model) => {
    const body = { model, messages: [{ role: 'user', content: 'x' }] };
    return `${JSON.stringify({ custom_id: model, method: 'POST', url: '/v1/chat/completions', body })}\n`;
  })
  .join('');

type Document = Readonly<Record<string, unknown>>;

/** What `docs/json.md` says of a document's shape is what the document has: nothing missing, nothing untold. */
function expectPublished(document: Document): void {
  const { schema, ...fields } = document as { readonly schema: string };
  const published = PUBLISHED.get(schema);
  expect(published, `${schema} in docs/json.md`).toBeDefined();
  const own = published as Published;
  // a run's document is its status and more
  const base = schema === 'batchrock.run/1' ? (PUBLISHED.get('batchrock.status/1') as Published).always : [];
  const required = [...base, ...own.always].toSorted();
  const names = Object.keys(fields).filter((name) => !own.sometimes.includes(name));
  expect([schema, names.toSorted()]).toEqual([schema, required]);
}

const lines = (text: string): readonly Document[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('docs/json.md', () => {
  test('tells the fields of every document that a command prints', async () => {
    const server = await localServer();
    const cwd = folderWith({ 'in.csv': 'id,text\n1,a\n2,b\n3\n', 'lines.jsonl': LINES });
    const split = ['lines.jsonl', '--split-models', '--endpoint-url', server.url];
    const question = ['in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
    const seen = new Set<string>();
    for (const argv of [
      ['run', ...question],
      ['plan', ...question],
      ['run', ...split],
      ['plan', ...split],
      ['validate', 'in.csv', '--model', MODEL, '--prompt', '{text}'],
      ['validate', 'lines.jsonl', '--split-models'],
      ['simulate', '--records', '1000'],
      ['status'],
      ['list'],
      ['watch'],
      ['results', '-o', 'one.jsonl'],
      ['results', '-o', 'many.csv', '--max-rows-per-file', '1'],
      ['results', '--raw'],
      ['errors'],
      ['explain', '1'],
      ['explain', '00000-1'],
      ['cost'],
      ['models'],
      ['models', MODEL],
      ['completion', 'fish'],
      ['init', 'demo'],
      ['help', 'exit-codes'],
      ['config', 'show', '--origin'],
      ['cache', 'ls'],
      ['cache', 'clear'],
      ['gc', '--older-than', '0s', '--yes'],
      ['doctor'],
      ['setup', '--model', MODEL, '--print', '--account', '123456789012', '--region', 'us-east-1'],
      ['status', 'r-none'],
    ]) {
      const { stdout } = await cli([...argv, '--json'], { cwd });
      for (const document of lines(stdout)) {
        expectPublished(document);
        seen.add(document['schema'] as string);
      }
    }
    // the first two and those of a queue are shown by the tests below, those of deployments and of a set-up where they are made:
    // testkit/deploy and testkit/setup
    expect([...PUBLISHED.keys()].filter((schema) => !seen.has(schema))).toEqual([
      'batchrock.event/1',
      'batchrock.local/1',
      'batchrock.setup/1',
      'batchrock.deploy/1',
      'batchrock.file/1',
      'batchrock.files/1',
      'batchrock.put/1',
      'batchrock.template/1',
    ]);
  });

  test('tells the fields of events, and of a local Bedrock', async () => {
    const local = spawnCli(['local', '--json', '--speed', '100'], { cwd: folderWith() });
    await local.said(/Ctrl-C ends the server/);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(local.saidSoFar().stderr)?.[0] as string;
    const cwd = folderWith({ 'in.csv': 'id,text\n1,a\n2,b\n3\n' });
    const run = spawnCli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '-v', '--endpoint-url', url], { cwd });
    await run.said(/created/);
    const watched = lines((await cli(['watch', '--json'], { cwd })).stdout);
    for (const document of watched) expectPublished(document);
    expect(watched.map((each) => each['schema'])).toContain('batchrock.event/1');
    local.process.kill('SIGTERM');
    for (const document of lines((await local.ended).stdout)) expectPublished(document);
  });

  test('tells the fields of a file of a queue, before anything of it is known and at its end', () => {
    expectPublished({ schema: 'batchrock.file/1', ...fileDocument(RECEIVED) });
    expectPublished({ schema: 'batchrock.file/1', ...fileDocument(COMPLETED) });
  });
});
