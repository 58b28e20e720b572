import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalBedrock, LocalBedrockOptions } from '@batchrock/local';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';

const ROWS = 120;
const SAID = 'The job met something that it could not get over.';

type Kind = 'succeeded' | 'failed' | 'missing';

/** One row of the table: what a job's records are like, what befalls it, and what of them comes back. */
interface Ending {
  readonly records: Kind | 'refused';
  readonly faults?: LocalBedrockOptions['faults'];
  readonly comesBack: readonly Kind[];
  /** Its records are looked through, by halves, for one that breaks the job: jobs until that is given up, since all of them fail. */
  readonly jobs?: number;
}

/** What makes a record meet its fate in whatever job. */
const MARKS: Readonly<Record<Ending['records'], string>> = {
  succeeded: '',
  failed: '[[fail:503]]',
  refused: '[[fail:400]]',
  missing: '[[missing]]',
};

const HALF = 0.5;

/** Each state that a job ends in, by what it has made of its records. */
const ENDINGS: Readonly<Record<string, readonly Ending[]>> = {
  Completed: [
    { records: 'succeeded', comesBack: ['succeeded'] },
    { records: 'failed', comesBack: ['failed'] },
    { records: 'refused', comesBack: ['failed'] },
    { records: 'missing', comesBack: ['missing'] },
    { records: 'succeeded', faults: { manifestMissing: true }, comesBack: ['succeeded'] },
  ],
  PartiallyCompleted: [
    { records: 'succeeded', faults: { jobPartial: 1, partialFraction: HALF }, comesBack: ['succeeded', 'missing'] },
    { records: 'failed', faults: { jobPartial: 1, partialFraction: HALF }, comesBack: ['failed', 'missing'] },
    { records: 'missing', faults: { jobPartial: 1, partialFraction: HALF }, comesBack: ['missing'] },
    {
      records: 'succeeded',
      faults: { jobPartial: 1, partialFraction: HALF, manifestMissing: true },
      comesBack: ['succeeded', 'missing'],
    },
  ],
  Failed: [
    { records: 'succeeded', faults: { jobFail: 1, keptFraction: HALF }, comesBack: ['succeeded', 'missing'] },
    { records: 'failed', faults: { jobFail: 1, keptFraction: HALF }, comesBack: ['failed', 'missing'] },
    { records: 'missing', faults: { jobFail: 1, jobFailMessage: '' }, comesBack: ['missing'], jobs: 1 + 2 + 4 + 8 },
    { records: 'missing', faults: { jobRefuse: 1 }, comesBack: ['missing'], jobs: 1 + 2 + 4 + 8 },
    { records: 'missing', faults: { jobRefuse: 1, jobFailMessage: 'Internal error.' }, comesBack: ['missing'] },
  ],
  Stopped: [
    { records: 'succeeded', faults: { jobStop: 1, keptFraction: HALF }, comesBack: ['succeeded', 'missing'] },
    { records: 'failed', faults: { jobStop: 1, keptFraction: HALF }, comesBack: ['failed', 'missing'] },
    { records: 'missing', faults: { jobStop: 1 }, comesBack: ['missing'] },
  ],
  Expired: [
    { records: 'succeeded', faults: { jobExpire: 1, keptFraction: HALF }, comesBack: ['succeeded', 'missing'] },
    { records: 'failed', faults: { jobExpire: 1, keptFraction: HALF }, comesBack: ['failed', 'missing'] },
    { records: 'missing', faults: { jobExpire: 1 }, comesBack: ['missing'] },
  ],
};

test.each(Object.keys(ENDINGS))(
  '%s: what came back is kept, and all else is told, sent again where that is worth it',
  async (status) => {
    await Promise.all(
      (ENDINGS[status] ?? []).map(async (ending) => {
        const story = await tell(ending);
        const { came } = story;
        const isRefused = ending.records === 'refused';
        const about = JSON.stringify(ending);
        expect(story.statuses, about).toEqual(Array.from({ length: ending.jobs ?? 1 }, () => status));
        expect(kindsOf(came), about).toEqual(ending.comesBack);
        expect(story.first, about).toEqual({
          code: came.succeeded === ROWS ? 0 : 3,
          rows: ROWS,
          succeeded: came.succeeded,
          failed: ROWS - came.succeeded,
          pending: 0,
          ids: IDS,
        });
        expect(story.errors, about).toEqual({
          ...(came.failed > 0 && { [isRefused ? '400' : '503']: came.failed }),
          ...(came.missing > 0 && { no_output: came.missing }),
        });
        if (came.missing > 0) expect(story.noOutput, about).toMatch(saysOfJob(status, ending));
        // what has an answer, or a refusal for good, is in no other job
        expect(story.sentAgain, about).toBe(isRefused ? 0 : came.failed + came.missing);
        expect(story.after, about).toEqual(
          ending.records === 'succeeded' || ending.faults?.jobRefuse !== undefined
            ? { succeeded: ROWS, ids: IDS }
            : { succeeded: came.succeeded, ids: IDS },
        );
        expect(story.kept, about).toBe(true);
      }),
    );
  },
);

/** Of a record that nothing came back for it is told how its job ended, and why where the job says it. */
function saysOfJob(status: string, { faults, jobs }: Ending): RegExp {
  if (status === 'Completed') return /^sent once, and nothing came back$/;
  const said = faults?.jobFailMessage ?? SAID;
  const why =
    status === 'Expired' ? ': The job timed out' : status === 'Failed' && faults?.jobFailMessage !== '' ? `: ${said}$` : '$';
  const when = jobs === undefined ? 'once' : 'for the last time in attempt 4';
  return new RegExp(`^sent ${when}, and nothing came back; its job ended as ${status}${why}`);
}

const IDS = Array.from({ length: ROWS }, (_, i) => String(i));

/** What became of the records of a run's first job, by the job's own files, and of the run by what it tells. */
interface Story {
  readonly statuses: readonly string[];
  readonly came: Readonly<Record<Kind, number>>;
  readonly first: object;
  readonly errors: Readonly<Record<string, number>>;
  /** What is said of records that nothing came back for. */
  readonly noOutput: string | undefined;
  readonly sentAgain: number;
  readonly after: object;
  /** Every answer of the first job is still that of its row. */
  readonly kept: boolean;
}

/** A run whose records are sent once, then `retry` when nothing befalls a job any more. */
async function tell({ records, faults = {} }: Ending): Promise<Story> {
  const server = await localServer({ speed: 20_000, faults: { jobFailMessage: SAID, ...faults } });
  const cwd = folderWith({ 'in.csv': datasetOf(() => MARKS[faults.jobRefuse === undefined ? records : 'succeeded']) });
  const { code, stdout } = await cli([...RUN, '--endpoint-url', server.url, '--json'], { cwd });
  const { run, rows, succeeded, failed, pending } = JSON.parse(stdout);
  const statuses = (await jobsOf(server)).map((job) => job.status);
  const results = resultsIn(cwd);
  const groups = await errorsOf(cwd);
  const came = await cameBack(server, cwd);

  const before = await statusOf(cwd);
  await fetch(`${server.url}/_batchrock/faults`, { method: 'DELETE' });
  await cli(['retry'], { cwd });
  const { padding } = await statusOf(cwd);
  const resent = await linesOf(`${server.url}/batchrock-local/runs/${run}/input/00000-${before.attempt + 1}/000.jsonl`);
  const after = resultsIn(cwd);
  return {
    statuses,
    came,
    first: { code, rows, succeeded, failed, pending, ids: results.map(({ id }) => id) },
    errors: rowsByCode(groups),
    noOutput: groups.find((group) => group.code === 'no_output')?.message,
    sentAgain: resent.length - (padding - before.padding),
    after: { succeeded: after.filter(isAnswered).length, ids: after.map(({ id }) => id) },
    kept: results.every((row, i) => !isAnswered(row) || row.response === after[i]?.response),
  };
}

async function statusOf(cwd: string): Promise<{ readonly attempt: number; readonly padding: number }> {
  return JSON.parse((await cli(['status', '--json'], { cwd })).stdout);
}

interface Group {
  readonly code: string;
  readonly message: string;
  readonly rows: number;
}

async function errorsOf(cwd: string): Promise<readonly Group[]> {
  return JSON.parse((await cli(['errors', '--json'], { cwd })).stdout).groups;
}

function rowsByCode(groups: readonly Group[]): Readonly<Record<string, number>> {
  return Object.fromEntries(groups.map(({ code, rows }) => [code, rows]));
}

const RUN = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--max-attempts', '1', '--out', 'out.jsonl'];

function datasetOf(mark: (row: number) => string): string {
  return `id,text\n${IDS.map((id, row) => `${id},row ${id} ${mark(row)}\n`).join('')}`;
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly response: string | null;
}

function resultsIn(cwd: string): readonly Row[] {
  const lines = readFileSync(join(cwd, 'out.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

function isAnswered({ status }: Row): boolean {
  return status === 'succeeded';
}

function kindsOf(came: Story['came']): readonly Kind[] {
  return (['succeeded', 'failed', 'missing'] as const).filter((kind) => came[kind] > 0);
}

/** Counts what lies in the folder of the first job, past all code of ours but that which names it. */
async function cameBack(server: LocalBedrock, cwd: string): Promise<Story['came']> {
  const { outputUri, jobArn } = await firstPart(cwd);
  const folder = outputUri.replace('s3://', `${server.url}/`);
  const lines = await linesOf(`${folder}${jobArn.slice(-12)}/000.jsonl.out`);
  const failed = lines.filter((line) => 'error' in JSON.parse(line)).length;
  return { succeeded: lines.length - failed, failed, missing: ROWS - lines.length };
}

interface Part {
  readonly outputUri: string;
  readonly jobArn: string;
  readonly jobStatus?: string;
}

async function firstPart(cwd: string): Promise<Part> {
  return JSON.parse((await cli(['explain', '00000-1', '--json'], { cwd })).stdout).lives[0];
}

/** The lines of an object; none where there is no such object. */
async function linesOf(url: string): Promise<readonly string[]> {
  const answer = await fetch(url);
  const text = answer.ok ? await answer.text() : '';
  return text.split('\n').filter((line) => line !== '');
}

/** Milliseconds of the wall until a job is in this state, and is for an hour: of a clock that is a hundred times slower. */
const SLOW = { speed: 0.01, queueMs: 600_000, faults: { jobRunMs: 600_000 } };
const MINUTE = 60_000 / SLOW.speed;
const HELD: readonly (readonly [state: string, after: number])[] = [
  ['Submitted', 0],
  ['Validating', 1.5 * MINUTE],
  ['Scheduled', 5 * MINUTE],
  ['InProgress', 11 * MINUTE],
  ['Stopping', 5 * MINUTE],
];

test.each(HELD)('%s: all rows are pending; kill -9 then changes nothing of what each of them comes to', async (state, after) => {
  const dir = folderWith();
  const server = await localServer({ ...SLOW, dir });
  const mark = (row: number): string => ['', MARKS.refused, MARKS.missing][row % 3] ?? '';
  const cwd = folderWith({ 'in.csv': datasetOf(mark) });
  const argv = [...RUN, '--endpoint-url', server.url];
  const child = spawnCli([...argv, '-v'], { cwd });
  await child.said(/created/);
  await advance(server, after);
  if (state === 'Stopping') await cli(['stop', '--mode', 'stop'], { cwd });
  // a job that was just created has no state in the ledger before it has changed
  if (state !== 'Submitted') await expect.poll(async () => (await firstPart(cwd)).jobStatus).toBe(state);

  const looked = await cli(['status', '--json', '--exit-status'], { cwd });
  expect(looked.code).toBe(7);
  const { processing, ...seen } = JSON.parse(looked.stdout);
  expect(seen).toMatchObject({ rows: ROWS, pending: ROWS, succeeded: 0, failed: 0, jobs: { running: 1, done: 0, total: 1 } });
  expect(processing.succeeded > 0, JSON.stringify(processing)).toBe(state === 'InProgress');
  child.process.kill('SIGKILL');
  expect((await child.ended).signal).toBe('SIGKILL');

  // the job ends while nobody looks
  await advance(server, 60 * MINUTE);
  expect((await jobsOf(server)).map((job) => job.status)).toEqual([state === 'Stopping' ? 'Stopped' : 'Completed']);
  await server.close();
  // half an hour of its clock is how long missing records are waited for
  await localServer({ dir, port: server.port, speed: 20_000 });
  const ended = await cli(state === 'Stopping' ? ['resume'] : argv, { cwd });
  expect(ended.code, ended.stderr).toBe(3);
  const third = ROWS / 3;
  expect(JSON.parse((await cli(['status', '--json'], { cwd })).stdout)).toMatchObject({ succeeded: third, failed: 2 * third });
  expect(rowsByCode(await errorsOf(cwd))).toEqual({ 400: third, no_output: third });
  expect(resultsIn(cwd).map(({ id }) => id)).toEqual(IDS);
  // a job that was stopped before it began had no attempt of its records
  expect(await jobsOf(server)).toHaveLength(state === 'Stopping' ? 2 : 1);
});

async function advance({ url }: LocalBedrock, advanceMs: number): Promise<void> {
  const answer = await fetch(`${url}/_batchrock/clock`, { method: 'POST', body: JSON.stringify({ advanceMs }) });
  expect(answer.ok).toBe(true);
}
