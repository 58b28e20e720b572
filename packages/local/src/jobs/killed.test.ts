import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BUCKET, claudeRecords, type LocalService, startLocalService } from '../testing/local-service.ts';

const OPTIONS = { minRecords: 1, buckets: [BUCKET], speed: 1_000, recordsPerMinute: 6, faults: { recordFail: 0.1 } };
const NAME = { jobName: 'survivor', clientRequestToken: 'survivor' };
const KILLS = 4;
/** Of the wall: 2,000 records at that pace, and what goes before them. */
const WHOLE_JOB_MS = 400_000;

async function serve(dir: string): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const main = fileURLToPath(new URL('../testing/serve-main.ts', import.meta.url));
  const args = ['--conditions=@batchrock/source', '--no-warnings', main, JSON.stringify({ ...OPTIONS, dir })];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return { url, child };
}

async function statusOf(url: string): Promise<string> {
  const answer = (await (await fetch(`${url}/_batchrock/jobs`)).json()) as { jobs: { status: string }[] };
  return answer.jobs[0]?.status ?? 'none';
}

async function outputOf(service: LocalService): Promise<string[]> {
  await service.advance(WHOLE_JOB_MS);
  const { jobs } = (await service.admin('GET', 'jobs')) as { jobs: { jobArn: string }[] };
  expect(jobs).toHaveLength(1);
  expect((await service.until(jobs[0]!.jobArn)).status).toBe('Completed');
  return Promise.all((await service.keys('out/')).map(async (key) => `${key}\n${await service.text(key)}`));
}

test('a server that is killed again and again ends every job in the bytes of one that was left alone', async () => {
  const undisturbed = await startLocalService(OPTIONS);
  await undisturbed.put('in/a.jsonl', claudeRecords(2_000));
  await undisturbed.create(NAME);
  const expected = await outputOf(undisturbed);
  await undisturbed.close();

  const dir = mkdtempSync(join(tmpdir(), 'killed-'));
  const first = await startLocalService({ ...OPTIONS, dir });
  await first.put('in/a.jsonl', claudeRecords(2_000));
  await first.create(NAME);
  await first.close();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { url, child } = await serve(dir);
    // begun, also where so much time has gone by since that it is over
    while (kill > 0 && !['InProgress', 'Completed'].includes(await statusOf(url)))
      await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, kill * 60));
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const last = await startLocalService({ ...OPTIONS, dir });
  expect(await outputOf(last)).toEqual(expected);
  await last.close();
  rmSync(dir, { recursive: true });
});
