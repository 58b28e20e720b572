import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { DiskObjectStorage } from '../storage/index.ts';
import { claudeRecords, startLocalService } from '../testing/local-service.ts';

/** How a call was refused: its HTTP status. */
const statusOf = (error: unknown) => (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

test('a job whose output the disk does not hold waits, says so, and goes on when there is space', async () => {
  const local = await startLocalService();
  await local.put('in/a.jsonl', claudeRecords(120));
  const full = vi.spyOn(DiskObjectStorage.prototype, 'create').mockImplementation(() => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  try {
    const arn = await local.create();
    let refusal: unknown;
    while (refusal === undefined) {
      await local.job(arn).catch((error: unknown) => {
        refusal = error;
      });
      await sleep(10);
    }
    expect(statusOf(refusal)).toBe(507);
    // so is an object that cannot be stored, in the words of S3
    const put = await local.put('in/b.jsonl', 'x').catch((error: unknown) => error);
    expect([statusOf(put), (put as Error).name]).toEqual([507, 'InsufficientStorage']);

    full.mockRestore();
    while (refusal !== undefined) {
      refusal = await local.job(arn).then(
        () => undefined,
        (error: unknown) => error,
      );
      await sleep(10);
    }
    expect(await local.until(arn)).toMatchObject({ status: 'Completed', successRecordCount: 120 });
    expect(await local.output(arn)).toHaveLength(120);
  } finally {
    full.mockRestore();
    await local.close();
  }
});
