import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalBedrockOptions, startLocalBedrock } from '@batchrock/local';
import { freePort } from '@batchrock/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { cli, folderWith, jobsOf, MODEL, type ServerJob, spawnCli } from '../../test/cli-harness.ts';

const ROWS = 2000;
const DATASET = `id,text\n${Array.from({ length: ROWS }, (_, i) => `${i},"row ${i}, with a comma"`).join('\n')}\n`;
/** 20 parts, 5 at once. */
const QUESTION = [
  '--model',
  MODEL,
  '--prompt',
  'Classify: {text}',
  '--records-per-job',
  '100',
  '--slots',
  '5',
  '--out',
  'out.jsonl',
];

/** A job takes a quarter of a second, so that a run cannot end before it was killed five times. */
const CLOCK = { speed: 4000, queueMs: 1_000_000 };

/** What became of a run that was killed, beside one that was not. */
interface Story {
  readonly calm: { readonly code: number; readonly out: string };
  readonly disturbed: { readonly code: number; readonly out: string };
  readonly jobs: readonly ServerJob[];
}

describe('kill -9 five times at random moments of a run of 20 parts, then the same command', () => {
  let served: Story;
  let beside: Story;
  // both at once: each waits for its processes most of the time
  beforeAll(async () => {
    [served, beside] = await Promise.all([killedBesideServer(), killedWithServer()]);
  }, 240_000);

  test('ends in the bytes of an undisturbed run, with faults on, and no job was created twice', () => {
    expectSameEnd(served);
    expect(served.jobs.length).toBeGreaterThanOrEqual(20);
  });

  test('ends in the bytes of an undisturbed run also when the local Bedrock dies with the process', () => {
    expectSameEnd(beside);
    expect(beside.calm.code).toBe(0);
  });
});

/** A server elsewhere lives on while the processes are killed. Its address is part of the question, so both runs see the same. */
async function killedBesideServer(): Promise<Story> {
  const port = await freePort();
  const faults = { throttle: 0.1, lostReply: 0.1, serverError: 0.05, recordFail: 0.05, recordMissing: 0.02, jobPartial: 0.1 };
  const options = { port, ...CLOCK, faults, buckets: ['batchrock-local'] };
  const argv = ['run', 'in.csv', ...QUESTION, '--endpoint-url', `http://127.0.0.1:${port}`];
  const calm = await withServer(options, () => runIn(folderWith({ 'in.csv': DATASET }), argv));
  return withServer(options, async (server) => {
    const folder = folderWith({ 'in.csv': DATASET });
    await killFiveTimes(argv, folder);
    return { calm, disturbed: await runIn(folder, argv), jobs: await jobsOf(server) };
  });
}

/** The local Bedrock is a thread of the process that is killed. */
async function killedWithServer(): Promise<Story> {
  const argv = ['run', 'in.csv', ...QUESTION, '--local-speed', '150'];
  const folder = folderWith({ 'in.csv': DATASET });
  const [calm] = await Promise.all([runIn(folderWith({ 'in.csv': DATASET }), argv), killFiveTimes(argv, folder)]);
  const disturbed = await runIn(folder, argv);
  const server = await startLocalBedrock({ dir: join(folder, 'state', 'local') });
  return { calm, disturbed, jobs: await jobsOf(server).finally(() => server.close()) };
}

async function runIn(cwd: string, argv: readonly string[]): Promise<Story['calm']> {
  const { code } = await cli(argv, { cwd });
  return { code, out: readFileSync(join(cwd, 'out.jsonl'), 'utf8') };
}

function expectSameEnd({ calm, disturbed, jobs }: Story): void {
  expect(disturbed.code).toBe(calm.code);
  expect(disturbed.out).toBe(calm.out);
  expect(disturbed.out.trimEnd().split('\n')).toHaveLength(ROWS);
  expectOneJobForEachName(jobs);
}

/** Most steps that a process is let take; a run of 20 parts has 80 at least. */
const MOST_STEPS = 5;

/**
 * Each time at a random moment of the run: a few steps after the process has found it, or none, and some milliseconds. Steps
 * and not seconds, so that a slow machine meets the same moments as a fast one, and no run ends before its fifth kill.
 */
async function killFiveTimes(argv: readonly string[], cwd: string): Promise<void> {
  for (let kill = 0; kill < 5; kill++) {
    const child = spawnCli([...argv, '-v'], { cwd });
    await child.said(/^run r-/m);
    const steps = Math.floor(Math.random() * (MOST_STEPS + 1));
    await child.said(new RegExp(`(?:^\\d{4}-\\d\\d-\\d\\dT[^]*?){${steps}}`, 'm'));
    await sleep(Math.random() * 200);
    child.process.kill('SIGKILL');
    expect((await child.ended).signal ?? 'ended before it was killed').toBe('SIGKILL');
  }
}

function expectOneJobForEachName(jobs: readonly ServerJob[]): void {
  const names = jobs.map((job) => job.jobName);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(new Set(jobs.map((job) => job.clientRequestToken)).size).toBe(jobs.length);
}

async function withServer<T>(
  options: Omit<LocalBedrockOptions, 'dir'>,
  work: (server: { readonly url: string }) => Promise<T>,
): Promise<T> {
  const server = await startLocalBedrock({ ...options, dir: folderWith() });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}
