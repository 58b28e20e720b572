import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';

const ASK = ['--model', MODEL, '--prompt', 'Classify the sentiment of: {text}'];
const csv = (rows: number) => `id,text\n${Array.from({ length: rows }, (_, i) => `${i},fine ${i}\n`).join('')}`;

const idsIn = async (path: string): Promise<number[]> =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => Number(JSON.parse(line).id));

async function runWith(rows: number, ...flags: string[]) {
  const server = await localServer();
  const cwd = folderWith({ 'a.csv': csv(rows) });
  const argv = ['run', 'a.csv', '--endpoint-url', server.url, ...ASK, ...flags, '--out', 'out.jsonl'];
  const ran = await cli(argv, { cwd });
  expect(ran.code).toBe(0);
  const jobs = (await jobsOf(server)).length;
  const again = async (...more: string[]) => (await cli([...argv, ...more], { cwd })).stderr;
  const planned = await cli(['plan', 'a.csv', ...ASK, ...flags, '--json'], { cwd });
  return { ...ran, jobs, again, ids: await idsIn(join(cwd, 'out.jsonl')), plan: JSON.parse(planned.stdout) };
}

describe('limits of a run', () => {
  it('--max-records takes the first rows', async () => {
    const ran = await runWith(300, '--max-records', '120');
    expect(ran.ids).toEqual(Array.from({ length: 120 }, (_, i) => i));
    expect(ran.plan).toMatchObject({ rows: 120, records: 120, taken: { first: 120 }, leftOut: 0 });
    expect(await ran.again()).toContain('has ended already');
    expect(await ran.again('--max-records', '121', '--force')).not.toContain('has ended already');
  });

  it('--sample draws rows in their order, the same ones every time', async () => {
    const ran = await runWith(1000, '--sample', '150');
    expect(ran.ids).toHaveLength(150);
    expect(ran.ids).toEqual([...new Set(ran.ids)].sort((a, b) => a - b));
    expect(Math.max(...ran.ids)).toBeGreaterThan(800);
    expect(ran.plan).toMatchObject({ rows: 150, taken: { sample: { rows: 150, of: 1000 } } });
    const same = await runWith(1000, '--sample', '150');
    expect(same.ids).toEqual(ran.ids);
  });

  it('--max-jobs makes larger jobs first, and leaves out what does not go into them, and says so', async () => {
    const whole = await runWith(500, '--max-jobs', '2');
    expect(whole).toMatchObject({ jobs: 2 });
    expect(whole.ids).toHaveLength(500);
    const cut = await runWith(500, '--max-jobs', '2', '--max-records-per-job', '110');
    expect(cut.jobs).toBe(2);
    expect(cut.ids).toEqual(Array.from({ length: 220 }, (_, i) => i));
    expect(cut.stderr).toContain('2 jobs are full: the rows behind the first 220 are left out (--max-jobs)');
    expect(cut.plan).toMatchObject({ rows: 500, records: 220, leftOut: 280, parts: 2, partRecords: 110 });
  });

  it('--max-records-per-job bounds the planned size', async () => {
    const ran = await runWith(450, '--slots', '2', '--max-records-per-job', '150');
    // two whole waves of two slots
    expect(ran).toMatchObject({ jobs: 4, plan: { partRecords: 113, parts: 4 } });
    const refused = async (...flags: string[]) =>
      cli(['plan', 'a.csv', ...ASK, ...flags], { cwd: folderWith({ 'a.csv': csv(5) }) });
    expect(await refused('--max-records-per-job', '50')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--max-records-per-job is 50; a job of this model takes 100 records at least'),
    });
    expect((await refused('--records-per-job', '200', '--max-records-per-job', '150')).stderr).toContain(
      '--records-per-job is 200',
    );
    expect((await refused('--max-jobs', '0')).stderr).toContain('give a whole number from 1');
  });

  it('are told by plan', async () => {
    const cwd = folderWith({ 'a.csv': csv(500) });
    const ran = await cli(
      ['plan', 'a.csv', ...ASK, '--max-records', '400', '--sample', '300', '--max-jobs', '1', '--max-records-per-job', '120'],
      { cwd },
    );
    expect(ran.stdout).toContain('of the first 400 rows alone (--max-records)');
    expect(ran.stdout).toContain('a sample of 400, the same one for the same content (--sample)');
    expect(ran.stdout).toContain('180 rows left out: they do not go into the jobs (--max-jobs)');
  });
});
