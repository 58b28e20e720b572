import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalBedrockOptions, startLocalBedrock } from '@batchrock/local';
import { describe, expect, test } from 'vitest';
import { folderWith, jobsOf, MODEL, spawnCli } from '../../test/cli-harness.ts';

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

/** A job takes 0.8 seconds, so that a run takes long enough to be killed five times. */
const CLOCK = { speed: 1200, queueMs: 1_000_000 };

describe('kill -9 five times at random moments of a run of 20 parts, then the same command', () => {
  test('ends in the bytes of an undisturbed run, with faults on, and no job was created twice', {
    timeout: 240_000,
  }, async () => {
    const port = await freePort();
    const faults = { throttle: 0.1, lostReply: 0.1, serverError: 0.05, recordFail: 0.05, recordMissing: 0.02, jobPartial: 0.1 };
    const options = { port, ...CLOCK, faults, buckets: ['batchrock-local'] };
    const target = ['--endpoint-url', `http://127.0.0.1:${port}`];

    const calm = await withServer(options, async () => {
      const folder = folderWith({ 'in.csv': DATASET });
      const ran = await spawnCli(['run', 'in.csv', ...QUESTION, ...target], { cwd: folder }).ended;
      return { ...ran, out: readFileSync(join(folder, 'out.jsonl'), 'utf8') };
    });
    const disturbed = await withServer(options, async (server) => {
      const folder = folderWith({ 'in.csv': DATASET });
      await killFiveTimes(['run', 'in.csv', ...QUESTION, ...target], folder);
      const ran = await spawnCli(['run', 'in.csv', ...QUESTION, ...target], { cwd: folder }).ended;
      return { ...ran, out: readFileSync(join(folder, 'out.jsonl'), 'utf8'), jobs: await jobsOf(server) };
    });

    expect(disturbed.code).toBe(calm.code);
    expect(disturbed.out).toBe(calm.out);
    expect(disturbed.out.trimEnd().split('\n')).toHaveLength(ROWS);
    expectOneJobForEachName(disturbed.jobs);
    expect(disturbed.jobs.length).toBeGreaterThanOrEqual(20);
  });

  test('ends in the bytes of an undisturbed run also when the local Bedrock dies with the process', {
    timeout: 240_000,
  }, async () => {
    const argv = ['run', 'in.csv', ...QUESTION, '--local-speed', '50'];
    const calm = folderWith({ 'in.csv': DATASET });
    const folder = folderWith({ 'in.csv': DATASET });
    const [undisturbed] = await Promise.all([spawnCli(argv, { cwd: calm }).ended, killFiveTimes(argv, folder)]);
    expect(undisturbed.code).toBe(0);
    expect((await spawnCli(argv, { cwd: folder }).ended).code).toBe(0);
    expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe(readFileSync(join(calm, 'out.jsonl'), 'utf8'));
    const server = await startLocalBedrock({ dir: join(folder, 'state', 'local') });
    expectOneJobForEachName(await jobsOf(server).finally(() => server.close()));
  });
});

/** Each time at a random moment after the run is known, so that every step of it is hit now and then. */
async function killFiveTimes(argv: readonly string[], cwd: string): Promise<void> {
  for (let kill = 0; kill < 5; kill++) {
    const child = spawnCli(argv, { cwd });
    await child.said(/^run r-/m);
    await sleep(Math.random() * 1500);
    child.process.kill('SIGKILL');
    expect((await child.ended).signal ?? 'ended before it was killed').toBe('SIGKILL');
  }
}

function expectOneJobForEachName(jobs: readonly { readonly jobName: string; readonly clientRequestToken?: string }[]): void {
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

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
