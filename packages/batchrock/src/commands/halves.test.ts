import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';

const ROWS = 1_000;
const BREAKING = [137, 804];
const SAID = 'Malformed input request: a record does not have the shape that the model takes.';

interface Row {
  readonly id: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly error_message: string | null;
}

test('a record that breaks its job takes no other row with it, and is told in the words of the job', async () => {
  const server = await localServer({ speed: 100_000 });
  const lines = Array.from({ length: ROWS }, (_, row) => `${row},row ${row}${BREAKING.includes(row) ? ' [[break]]' : ''}\n`);
  const cwd = folderWith({ 'in.csv': `id,text\n${lines.join('')}` });
  const argv = [
    'run',
    'in.csv',
    '--model',
    MODEL,
    '--prompt',
    '{text}',
    '--out',
    'out.jsonl',
    '--records-per-job',
    '500',
    '--max-attempts',
    '1',
  ];
  const { code, stdout, stderr } = await cli([...argv, '--endpoint-url', server.url, '--json'], { cwd });
  expect(code, stderr).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ rows: ROWS, succeeded: ROWS - 2, failed: 2, pending: 0 });

  const rows: readonly Row[] = readFileSync(join(cwd, 'out.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows.map(({ id }) => Number(id))).toEqual(lines.map((_, row) => row));
  const failed = rows.filter(({ status }) => status !== 'succeeded');
  expect(failed.map(({ id }) => Number(id))).toEqual(BREAKING);
  for (const { error_code, error_message } of failed) expect([error_code, error_message]).toEqual(['job_failed', SAID]);

  const { groups } = JSON.parse((await cli(['errors', '--json'], { cwd })).stdout);
  expect(groups).toMatchObject([{ code: 'job_failed', message: SAID, rows: 2 }]);
  // ⌈log₂ 500⌉ = 9: two halves each time for each of the two
  const jobs = (await jobsOf(server)).length;
  expect(jobs).toBeLessThanOrEqual(2 + 2 * 2 * 9);
  const explained = (await cli(['explain', '138'], { cwd })).stdout;
  expect(explained).toContain(`a piece of part 00000-1, whose job failed before it had processed a record: ${SAID}`);
  const { lives } = JSON.parse((await cli(['explain', '138', '--json'], { cwd })).stdout);
  expect(lives.map((life: { in: { pieceOf?: object } }) => life.in.pieceOf)).toEqual([
    undefined,
    ...Array.from({ length: 9 }, () => ({ part: '00000-1', jobMessage: SAID })),
  ]);

  // they would break the next job too
  const again = await cli(['retry'], { cwd });
  expect(again.stdout + again.stderr).toContain('job_failed');
  expect(await jobsOf(server)).toHaveLength(jobs);
});
