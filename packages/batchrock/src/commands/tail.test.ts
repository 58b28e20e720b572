import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';
import { type ModelGate, modelGate } from '../../test/model-gate.ts';

const datasetOf = (rows: number, text = (row: number) => `row ${row}, as it came`): string =>
  `id,text\n${Array.from({ length: rows }, (_, i) => `${i},"${text(i)}"`).join('\n')}\n`;
const QUESTION = ['--model', MODEL, '--prompt', 'Classify: {text}', '--out', 'out.jsonl'];
const TAIL = ['--tail', 'on-demand'];

describe('a dataset below the minimum of a job', () => {
  test('is asked for on demand, and has the answers that a job gives', async () => {
    const server = await localServer();
    const gate = await modelGate(server.url);
    const padded = folderWith({ 'in.csv': datasetOf(40) });
    const folder = folderWith({ 'in.csv': datasetOf(40) });
    const run = ['run', 'in.csv', ...QUESTION, '--endpoint-url', gate.url];
    expect(await cli(run, { cwd: padded })).toMatchObject({ code: 0 });
    const jobs = await jobsOf(server);
    expect(jobs).toHaveLength(1);

    const ran = await cli([...run, '--new', ...TAIL], { cwd: folder });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain('there are 40: on demand, at full price');
    expect(await jobsOf(server)).toHaveLength(1);
    expect(new Set(gate.asked).size).toBe(40);
    expect(gate.asked).toHaveLength(40);
    expect(responsesIn(folder)).toEqual(responsesIn(padded));
  });

  test('is told by status, cost and summary at its full price', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.csv': datasetOf(40) });
    const run = ['run', 'in.csv', ...QUESTION, '--endpoint-url', server.url, ...TAIL];
    expect(await cli([...run, '--json'], { cwd: folder })).toMatchObject({ code: 0 });
    const status = await document(['status'], folder);
    expect(status).toMatchObject({ padding: 0, onDemand: { records: 40, succeeded: 40 } });
    expect(status['cost']['batch']).toBe(status['cost']['onDemand']);
    const cost = (await document(['cost'], folder))['runs'][0];
    expect(cost['cost']['billed']).toBe(cost['cost']['onDemand']);
    expect(cost).toMatchObject({ tail: { records: 40, onDemand: cost['cost']['billed'] }, padding: { records: 0 } });
    expect(cost['jobs']).toEqual([expect.objectContaining({ onDemand: true, records: 40, padding: 0 })]);
    const shown = await cli(['cost'], { cwd: folder });
    expect(shown.stdout).toMatch(/tail +40 records on demand, at full price/);
  });

  test('is planned with what it may cost, and held against the ceiling at that', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.csv': datasetOf(40) });
    const ask = ['in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
    const padded = await document(['plan', ...ask], folder);
    const plan = await document(['plan', ...ask, ...TAIL, '--deadline', '6h'], folder);
    expect(plan).toMatchObject({ sentinels: 0, tail: { records: 40, deadlineSeconds: 21_600 } });
    expect(padded).toMatchObject({ sentinels: 60, tail: null });
    expect(plan['cost']['batch']['expected']).toBeCloseTo(2 * padded['cost']['batch']['expected'], 6);
    const text = await cli(['plan', ...ask, ...TAIL, '--deadline', '6h'], { cwd: folder });
    expect(text.stdout).toMatch(/tail +on demand at full price: 40 records, ~\$/);
    expect(text.stdout).toMatch(/what has no answer after 6 h/);
    const between = String(1.5 * padded['cost']['batch']['expected']);
    expect(await cli(['run', ...ask, ...TAIL, '--max-cost', between], { cwd: folder })).toMatchObject({ code: 6 });
    const cheap = folderWith({ 'in.csv': datasetOf(40) });
    expect(await cli(['run', ...ask, '--new', '--max-cost', between], { cwd: cheap })).toMatchObject({ code: 0 });
  });

  test('goes by Converse where its records are in that form', async () => {
    const server = await localServer();
    const gate = await modelGate(server.url);
    const folder = folderWith({ 'in.csv': datasetOf(3) });
    const argv = ['run', 'in.csv', ...QUESTION, '--invocation-type', 'converse', '--endpoint-url', gate.url, ...TAIL];
    expect(await cli(argv, { cwd: folder })).toMatchObject({ code: 0 });
    expect(gate.paths).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/\/converse$/)));
    expect(statusesIn(folder)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  test('waits where it is throttled, and tells what failed', async () => {
    const server = await localServer({ faults: { throttle: { InvokeModel: 0.3 }, serverError: { InvokeModel: 0.1 } } });
    const folder = folderWith({ 'in.csv': datasetOf(40, (row) => (row === 7 ? 'no [[fail:400]]' : `row ${row}`)) });
    const ran = await cli(['run', 'in.csv', ...QUESTION, '--endpoint-url', server.url, ...TAIL], { cwd: folder });
    expect(ran.code).toBe(3);
    const statuses = statusesIn(folder);
    expect(statuses.filter((status) => status === 'succeeded')).toHaveLength(39);
    expect(linesIn(folder)[7]).toMatchObject({ status: 'failed', error_code: '400' });
  });

  test('ends with the refusal of a model that nobody may ask, and loses nothing', async () => {
    const server = await localServer();
    const gate = await modelGate(server.url);
    const folder = folderWith({ 'in.csv': datasetOf(12) });
    const run = ['run', 'in.csv', ...QUESTION, '--endpoint-url', gate.url, ...TAIL];
    await setFaults(server, { noAccess: true });
    const refused = await cli(run, { cwd: folder });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('BR-E0501');
    expect(refused.stderr).toContain('batchrock doctor --model');
    await setFaults(server, { noAccess: false });
    expect(await cli(run, { cwd: folder })).toMatchObject({ code: 0 });
    expect(statusesIn(folder)).toEqual(Array.from({ length: 12 }, () => 'succeeded'));
  });
});

test('kill -9 in the middle pays twice for what was in flight, and for nothing more', async () => {
  const { server, gate, folder, run } = await killedRun();
  expect(gate.answered).toHaveLength(15);
  const inFlight = gate.asked.slice(15);
  gate.open();

  expect(await cli(run, { cwd: folder })).toMatchObject({ code: 0 });
  const times = new Map<string, number>();
  for (const body of gate.asked) times.set(body, (times.get(body) ?? 0) + 1);
  expect([...times.values()].filter((count) => count > 1)).toHaveLength(4);
  expect([...times].filter(([, count]) => count > 1).map(([body]) => body)).toEqual(expect.arrayContaining(inFlight));
  expect(gate.asked).toHaveLength(44);
  expect(statusesIn(folder)).toEqual(Array.from({ length: 40 }, () => 'succeeded'));
  expect(await jobsOf(server)).toEqual([]);
}, 60_000);

test('a ledger that is lost loses no answer, before the end and after it', async () => {
  // what a lost ledger had sent may turn up for a while: its clock runs fast
  const { server, gate, folder } = await killedRun({ speed: 1000 });
  const endpoint = ['--endpoint-url', gate.url];
  gate.open();
  const place = `s3://batchrock-local/runs/${(await document(['status'], folder))['run']}`;
  const lose = (): void => rmSync(join(folder, 'state'), { recursive: true });

  lose();
  expect(await cli(['adopt', place, ...endpoint, '--out', 'out.jsonl'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(await cli(['resume'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(statusesIn(folder)).toEqual(Array.from({ length: 40 }, () => 'succeeded'));
  expect(gate.asked).toHaveLength(44);
  const before = (await document(['cost'], folder))['runs'][0];

  lose();
  expect(await cli(['adopt', place, ...endpoint], { cwd: folder })).toMatchObject({ code: 0 });
  expect(await cli(['resume'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(gate.asked).toHaveLength(44);
  const { cost, tail } = (await document(['cost'], folder))['runs'][0];
  expect({ cost, tail }).toEqual({ cost: before.cost, tail: before.tail });
  expect(await jobsOf(server)).toEqual([]);
}, 60_000);

test('a stop keeps what was answered, and resume asks for the rest alone', async () => {
  const { gate, folder, child } = await heldRun({ places: 2, answers: 10 });
  expect(await cli(['stop', '--mode', 'stop'], { cwd: folder })).toMatchObject({ code: 0 });
  const { code } = await child.ended;
  expect(code).not.toBe(0);
  expect(await document(['status'], folder)).toMatchObject({ state: 'stopped', succeeded: 10 });
  gate.open();
  expect(await cli(['resume'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(statusesIn(folder)).toEqual(Array.from({ length: 40 }, () => 'succeeded'));
  const answered = new Set(gate.answered.slice(0, 10));
  expect(gate.asked.slice(12).filter((body) => answered.has(body))).toEqual([]);
}, 60_000);

test('what fails in jobs goes on demand where it is below the minimum', async () => {
  const server = await localServer({ faults: { recordFail: { 'batchrock-*': 0.1 }, recordCodes: [500] } });
  const gate = await modelGate(server.url);
  const folder = folderWith({ 'in.csv': datasetOf(300) });
  const run = ['run', 'in.csv', ...QUESTION, '--records-per-job', '100', '--endpoint-url', gate.url, ...TAIL];
  const ran = await cli(run, { cwd: folder });
  expect(ran.code, ran.stderr).toBe(0);
  expect(await jobsOf(server)).toHaveLength(3);
  expect(gate.asked.length).toBeGreaterThan(0);
  expect(gate.asked.length).toBeLessThan(100);
  expect(await document(['status'], folder)).toMatchObject({ attempt: 2, onDemand: { records: gate.asked.length } });
});

test('a job that failed before processing goes on demand in pieces below the minimum, but for what breaks it', async () => {
  const server = await localServer();
  const gate = await modelGate(server.url);
  const folder = folderWith({ 'in.csv': datasetOf(350, (row) => `row ${row}${row === 130 ? ' [[break]]' : ''}`) });
  const run = ['run', 'in.csv', ...QUESTION, '--records-per-job', '250', '--endpoint-url', gate.url, ...TAIL];
  expect(await cli(run, { cwd: folder })).toMatchObject({ code: 3 });
  const [failed, ...others] = linesIn(folder).filter(({ status }) => status !== 'succeeded');
  expect(failed).toMatchObject({
    id: '130',
    error_code: '400',
    error_message: expect.stringContaining('Malformed input request'),
  });
  expect(others).toEqual([]);
  // 250 records and 100; then 125 and 125; then 63 and 62, which are below the minimum
  expect((await jobsOf(server)).map((job) => job.status).sort()).toEqual(['Completed', 'Completed', 'Failed', 'Failed']);
  expect(gate.asked).toHaveLength(125);
  expect(new Set(gate.asked).size).toBe(125);
  expect(await document(['status'], folder)).toMatchObject({
    succeeded: 349,
    failed: 1,
    onDemand: { records: 125, succeeded: 124 },
  });
  const { cost, tail, jobs } = (await document(['cost'], folder))['runs'][0];
  const sumOf = (own: readonly { readonly batch: number }[]): number => own.reduce((sum, { batch }) => sum + batch, 0);
  expect(sumOf(jobs)).toBeCloseTo(cost.billed, 9);
  expect(sumOf(jobs.filter((job: { readonly onDemand?: boolean }) => job.onDemand))).toBeCloseTo(tail.onDemand, 9);
});

describe('the deadline', () => {
  test('stops the jobs that are late, and what they leave goes on demand', async () => {
    // its queue is longer than the test
    const server = await localServer({ speed: 1000, queueMs: 10_000_000_000 });
    const gate = await modelGate(server.url);
    const folder = folderWith({ 'in.csv': datasetOf(300) });
    const run = ['run', 'in.csv', ...QUESTION, '--records-per-job', '100', '--endpoint-url', gate.url];
    const ran = await cli([...run, '--slots', '2', '--max-attempts', '1', ...TAIL, '--deadline', '2s'], { cwd: folder });
    expect(ran.code, ran.stderr).toBe(0);
    const jobs = await jobsOf(server);
    expect(jobs.map((job) => job.status)).toEqual(['Stopped', 'Stopped']);
    expect(new Set(gate.asked).size).toBe(300);
    expect(statusesIn(folder)).toEqual(Array.from({ length: 300 }, () => 'succeeded'));
  }, 60_000);

  test('may be asked for when the run is under way already', async () => {
    const server = await localServer({ speed: 1000, queueMs: 10_000_000_000 });
    const folder = folderWith({ 'in.csv': datasetOf(100) });
    const run = ['run', 'in.csv', ...QUESTION, '--endpoint-url', server.url];
    const begun = await cli(run, { cwd: folder, onStart: (send) => void untilJobs(server).then(() => send('SIGINT')) });
    expect(begun.code).toBe(130);
    expect(await cli([...run, ...TAIL, '--deadline', '1ms'], { cwd: folder })).toMatchObject({ code: 0 });
    expect((await jobsOf(server)).map((job) => job.status)).toEqual(['Stopped']);
    expect(await document(['status'], folder)).toMatchObject({ succeeded: 100, onDemand: { succeeded: 100 } });
  }, 60_000);

  test('is refused without a tail, as are other bounds of one', async () => {
    const folder = folderWith({ 'in.csv': datasetOf(1) });
    for (const option of [
      ['--deadline', '6h'],
      ['--tail-concurrency', '3'],
    ]) {
      for (const command of ['plan', 'run']) {
        const refused = await cli([command, 'in.csv', '--model', MODEL, '--prompt', '{text}', ...option], { cwd: folder });
        expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(new RegExp(`BR-E0112 ${option[0]} is for`)) });
      }
    }
  });
});

/** A run whose models answer so many records and hold the next: those of all places. What is answered lies in the bucket by then. */
async function heldRun(o: { readonly places: number; readonly answers: number; readonly speed?: number }) {
  const server = await localServer({ ...(o.speed && { speed: o.speed }) });
  const gate = await modelGate(server.url);
  const folder = folderWith({ 'in.csv': datasetOf(40) });
  const run = ['run', 'in.csv', ...QUESTION, '--endpoint-url', gate.url, ...TAIL, '--tail-concurrency', String(o.places)];
  gate.holdAfter(o.answers);
  const child = spawnCli(run, { cwd: folder });
  // a place is given on when its answer is kept
  await untilHeld(gate, o.places);
  return { server, gate, folder, run, child };
}

/** The same, killed: 15 records are answered, and 4 in flight. */
async function killedRun(o: { readonly speed?: number } = {}) {
  const held = await heldRun({ places: 4, answers: 15, ...o });
  held.child.process.kill('SIGKILL');
  await held.child.ended;
  return held;
}

function linesIn(folder: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = readFileSync(join(folder, 'out.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const statusesIn = (folder: string) => linesIn(folder).map((line) => line['status']);
const responsesIn = (folder: string) => linesIn(folder).map(({ text, response, status }) => ({ text, response, status }));

// biome-ignore lint/suspicious/noExplicitAny: documents are looked into by their names
async function document(argv: readonly string[], folder: string): Promise<any> {
  return JSON.parse((await cli([...argv, '--json'], { cwd: folder })).stdout);
}

async function untilHeld(gate: ModelGate, calls: number): Promise<void> {
  while (gate.held() < calls) await sleep(10);
}

async function untilJobs(server: { readonly url: string }): Promise<void> {
  while ((await jobsOf(server)).length === 0) await sleep(20);
}

async function setFaults(server: { readonly url: string }, faults: object): Promise<void> {
  const answer = await fetch(`${server.url}/_batchrock/faults`, { method: 'PUT', body: JSON.stringify(faults) });
  expect(answer.status).toBe(200);
}
