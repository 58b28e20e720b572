import { driveRun } from '@batchrock/core';
import { memoryPorts, putMemoryRun, seededRandom } from '../memory/index.ts';

/** Failed records of a generation, and the jobs that sent them again. */
export interface RetryFigure {
  readonly parts: number;
  readonly failures: number;
  readonly jobs: number;
  /** Failures over the part size, rounded up, plus one. */
  readonly allowed: number;
}

/** Drives a run whose records each fail once with a chance, with its real steps: outcomes and retry parts are written and read. */
export async function measureRetryJobs(parts: number, partRecords: number, share: number): Promise<RetryFigure> {
  const random = seededRandom(5);
  const failing = new Set<string>();
  const ports = memoryPorts({
    script: (_spec, index) => ({
      record: (id) => (index < parts && failing.has(id) ? { errorCode: 429 } : 'succeeded'),
    }),
  });
  await putMemoryRun(ports, { parts: new Array<number>(parts).fill(partRecords), partRecords, slots: parts });
  for (const key of ports.objects.keys('')) {
    if (!key.includes('/input/')) continue;
    for (const [, id] of (ports.objects.text(key) ?? '').matchAll(/"recordId":"(\w+)"/g)) {
      if (random.next() < share) failing.add(id!);
    }
  }
  const run = await driveRun(ports, 'r-0000000001');
  if (run.state !== 'ended') throw new Error(`the run is ${run.state}`);
  const failures = failing.size;
  return { parts, failures, jobs: ports.service.jobs.length - parts, allowed: Math.ceil(failures / partRecords) + 1 };
}
