import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { claudeRecords, startLocalService } from '../testing/local-service.ts';

test('a job whose folder is gone says so to every call, and goes on when it is back', async () => {
  const local = await startLocalService({ queueMs: 200_000 });
  await local.put('in/a.jsonl', claudeRecords(120));
  const jobs = join(local.dir, 'jobs');
  try {
    const arn = await local.create();
    renameSync(jobs, `${jobs}.away`);
    let refusal: unknown;
    while (refusal === undefined) {
      await local.job(arn).catch((error: unknown) => {
        refusal = error;
      });
      await sleep(10);
    }
    expect(refusal).toMatchObject({ name: 'InternalServerException', message: expect.stringContaining('ENOENT') });
    expect((refusal as Error).message).toContain(jobs);

    renameSync(`${jobs}.away`, jobs);
    while (refusal !== undefined) {
      refusal = await local.job(arn).then(
        () => undefined,
        (error: unknown) => error,
      );
      await sleep(10);
    }
    expect(await local.until(arn)).toMatchObject({ status: 'Completed', successRecordCount: 120 });
  } finally {
    await local.close();
  }
});
