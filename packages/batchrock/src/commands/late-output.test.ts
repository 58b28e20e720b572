import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';

const ROWS = 300;
const datasetOf = (rows: number): string => `text\n${Array.from({ length: rows }, (_, i) => `row ${i}`).join('\n')}\n`;
const DATASET = datasetOf(ROWS);
const ARGV = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--records-per-job', '100'];

test('output that comes ten minutes (of the clock) after Completed is waited for: no record is sent again', async () => {
  const tenMinutes = 10 * 60_000;
  const server = await localServer({ speed: 300, faults: { outputDelayMs: tenMinutes } });
  const folder = folderWith({ 'in.csv': DATASET });
  const ran = await cli([...ARGV, '--endpoint-url', server.url], { cwd: folder });
  expect(ran.code).toBe(0);
  expect(ran.stderr).toContain('300 rows: 300 succeeded');
  // one job a part, and none of a second attempt
  const jobs = await jobsOf(server);
  expect(jobs.map((job) => job.status)).toEqual(['Completed', 'Completed', 'Completed']);
  expect(ran.stderr).not.toContain('attempt 2');
  expect(readFileSync(join(folder, 'in.results.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(ROWS);
});

test('records whose output never comes are sent again when the output has settled, and no other', async () => {
  const server = await localServer({ speed: 2000, faults: { recordMissing: 0.1, seed: 7 } });
  const folder = folderWith({ 'in.csv': DATASET });
  const ran = await cli([...ARGV, '--endpoint-url', server.url, '--json', '--max-attempts', '6'], { cwd: folder });
  expect(ran.code).toBe(0);
  const run = JSON.parse(ran.stdout);
  expect(run).toMatchObject({ rows: ROWS, succeeded: ROWS, failed: 0 });
  expect(run.attempt).toBeGreaterThan(1);
  // three parts once, then one pooled part an attempt
  expect(await jobsOf(server)).toHaveLength(3 + run.attempt - 1);
});

test('what partly finished, expired and failed jobs leave is sent again; their answers are kept', async () => {
  // fates are drawn by the jobs' names, which the server's port is a part of: of 20 jobs some always end otherwise than well
  const rows = 2000;
  const server = await localServer({
    speed: 20_000,
    faults: { jobPartial: 0.4, jobExpire: 0.2, jobFail: 0.2, recordFail: 0.1, seed: 3 },
  });
  const folder = folderWith({ 'in.csv': datasetOf(rows) });
  const ran = await cli([...ARGV, '--endpoint-url', server.url, '--json', '--max-attempts', '30'], { cwd: folder });
  const run = JSON.parse(ran.stdout);
  // errors of code 400 are for good; everything else succeeds in the end
  const errors = JSON.parse((await cli(['errors', '--json'], { cwd: folder })).stdout);
  expect(errors.groups.map((group: { code: string }) => group.code)).toEqual(run.failed > 0 ? ['400'] : []);
  expect(run.succeeded + run.failed).toBe(rows);
  const ended = new Set((await jobsOf(server)).map((job) => job.status));
  expect(ended.size).toBeGreaterThan(1);
});
