import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isTerminalStatus, type JobStatus } from '@batchrock/core';
import { type LocalBedrock, type LocalBedrockOptions, startLocalBedrock } from '@batchrock/local';
import { freePort } from '../clients/free-port.ts';
import { type Ended, type Program, type ProgramOptions, startProgram } from './program.ts';
import { BUCKET, readObjects } from './run-objects.ts';

/** The file that a run's results are written to. */
export const OUT = 'out.jsonl';
/**
 * 200 rows in two parts; some fail for a passing reason, and one part ends before its last record: the second generation has them, in
 * one job. Which do is drawn anew by each run's port: that none does comes once in ten billion runs, and more than a job's as seldom.
 */
const ROWS = 200;
const FAULTS = { recordFail: 0.1, recordCodes: [429, 503], jobPartial: 0.5, partialFraction: 0.8 };
const QUESTION = [
  ...['run', 'in.csv', '--model', 'anthropic.claude-3-haiku-20240307-v1:0', '--prompt', 'Classify: {text}'],
  ...['--records-per-job', '100', '--max-attempts', '2', '--timeout-hours', '168', '--yes'],
];
/** Seconds of the local Bedrock's clock in a second: a job takes milliseconds. */
const SPEED = 20_000;

/** A job as the server tells it. */
interface ServerJob {
  readonly jobName: string;
  readonly status: JobStatus;
}

/** How a run came out: what must be the same whatever befell its processes. */
export interface Outcome {
  readonly code: number | null;
  readonly results: string;
  /** Every object of the run by its key, without what names a moment or a machine. */
  readonly objects: ReadonlyMap<string, string>;
  /** Names of all jobs that were ever created. */
  readonly jobs: readonly string[];
}

/** A machine with a dataset on it, and a server with nothing in it yet. */
export interface World {
  readonly folder: string;
  readonly url: string;
  /** Starts the command of the run; always the same. `out`: where its results go, default `OUT`. */
  start(options?: Omit<ProgramOptions, 'cwd'> & { readonly out?: string }): Program;
  /** Starts another command; `cwd`: on another machine, whose folder this is. */
  startOther(argv: readonly string[], options?: Partial<ProgramOptions>): Program;
  /** The run that is prepared in the bucket; undefined before that. */
  preparedRun(): Promise<PreparedRun | undefined>;
  /** Takes the run over, as on a machine that has no ledger of it. */
  adopt(options?: Omit<ProgramOptions, 'cwd'>): Promise<Ended>;
  /** Runs the command to its end, and reads how the run came out. */
  finish(options?: Omit<ProgramOptions, 'cwd'>): Promise<Outcome>;
  /** Reads how the run stands; `code` is that of the command that ended it, `folder` where its results are: default, here. */
  outcome(code: number | null, folder?: string): Promise<Outcome>;
}

/** A run, and where it lies. */
export interface PreparedRun {
  readonly id: string;
  /** `s3://bucket/runs/<run>`. */
  readonly place: string;
  /** Whether anything was asked of it since it was frozen: its ceiling at least, before its first job. */
  readonly isAsked: boolean;
}

/** How a world is made. */
export interface WorldOptions extends Partial<LocalBedrockOptions> {
  /** Of its dataset; 100 make a part. Default 200. */
  readonly rows?: number;
  /** A copy of another world's folder: its server goes on with the same jobs and objects. */
  readonly from?: string;
  /** Where its folder is copied to when it has come to its end. */
  readonly keep?: string;
}

/** Worlds that follow one another on one port: a server's address is part of a question, so the same run has the same id in each. */
export interface Place {
  world<T>(work: (world: World) => Promise<T>, options?: WorldOptions): Promise<T>;
}

/** Takes a port for worlds; `every`: what holds for each of them. */
export async function openPlace(every: WorldOptions = {}): Promise<Place> {
  const port = await freePort();
  return { world: (work, options = {}) => inWorld(port, work, { ...every, ...options }) };
}

async function inWorld<T>(
  port: number,
  work: (world: World) => Promise<T>,
  { from, keep, rows = ROWS, ...options }: WorldOptions,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-processes-'));
  if (from === undefined) writeFileSync(join(folder, 'in.csv'), dataset(rows));
  else cpSync(from, folder, { recursive: true });
  const standard = { port, speed: SPEED, faults: FAULTS, buckets: [BUCKET] };
  const server = await startLocalBedrock({ dir: join(folder, 'server'), ...standard, ...options });
  const programs: Program[] = [];
  const startOther: World['startOther'] = (argv, o) => {
    const program = startProgram(argv, { cwd: folder, ...o });
    programs.push(program);
    return program;
  };
  const start: World['start'] = ({ out = OUT, ...o } = {}) =>
    startOther([...QUESTION, '--endpoint-url', server.url, '--out', out], o);
  const outcome: World['outcome'] = async (code, at = folder) => ({
    code,
    results: readFileSync(join(at, OUT), 'utf8'),
    objects: await readObjects(server.url),
    jobs: await jobNames(server),
  });
  const finish: World['finish'] = async (o) => {
    const { code, stderr } = await start(o).ended;
    if (code !== 0 && code !== 3) throw new Error(`the last command ended with ${code}:\n${stderr}`);
    return outcome(code);
  };
  const preparedRun: World['preparedRun'] = async () => {
    const keys = [...(await readObjects(server.url)).keys()];
    const id = keys
      .find((key) => key.endsWith('/prepared.json'))
      ?.split('/')
      .at(-2);
    const isAsked = keys.some((key) => key.endsWith('/orders.json'));
    return id === undefined ? undefined : { id, place: `s3://${BUCKET}/runs/${id}`, isAsked };
  };
  const adopt: World['adopt'] = async (o) => {
    const place = (await preparedRun())?.place ?? `s3://${BUCKET}/runs/none`;
    return startOther(['adopt', place, '--endpoint-url', server.url], o).ended;
  };
  try {
    return await work({ folder, url: server.url, start, startOther, preparedRun, adopt, finish, outcome });
  } finally {
    for (const program of programs) program.process.kill('SIGKILL');
    await Promise.all(programs.map((program) => program.ended));
    // at this speed a job that is kept in its middle for some seconds has run out of time when its server goes on
    if (keep !== undefined) await jobsEnded(server);
    await server.close();
    if (keep !== undefined) cpSync(folder, keep, { recursive: true });
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function dataset(rows: number): string {
  return `id,text\n${Array.from({ length: rows }, (_, i) => `${i},"row ${i}, with a comma"`).join('\n')}\n`;
}

/** Of every job that there ever was: a name that is there twice is a part with two jobs. */
async function jobNames(server: LocalBedrock): Promise<readonly string[]> {
  return (await readJobs(server)).map((job) => job.jobName).sort();
}

/** Resolves when the server has brought every job to its end. */
async function jobsEnded(server: LocalBedrock): Promise<void> {
  while (!(await readJobs(server)).every((job) => isTerminalStatus(job.status))) await setTimeout(10);
}

async function readJobs(server: LocalBedrock): Promise<readonly ServerJob[]> {
  const answer = await fetch(`${server.url}/_batchrock/jobs`);
  const { jobs } = (await answer.json()) as { readonly jobs: readonly ServerJob[] };
  return jobs;
}
