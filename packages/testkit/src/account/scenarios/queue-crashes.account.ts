import { describe, expect, test } from 'vitest';
import type { CrashMoment } from '../functions/index.ts';
import { records, useFileQueue } from './file-queue.ts';

const queue = useFileQueue();

/** `ACCOUNT_ALL=1` kills after every call too; on every change the end has to do, when all is done and nothing was answered. */
const CALLS = process.env['ACCOUNT_ALL'] === '1' ? Array.from({ length: 20 }, (_, i) => i + 1) : [];

describe('a function that is killed leaves one job, and every record with one answer', () => {
  test.each(['Take', 'Kick', 'Collect', 'Finish', 'Sweep'])('%s', async (id) => {
    const { account } = queue;
    const moments: readonly CrashMoment[] = [...CALLS.map((afterCalls) => ({ afterCalls })), 'after'];
    let struck = 0;
    // with its events, a file of one part is done before anybody sweeps
    if (id === 'Sweep') account.bus.faults.drop(Number.POSITIVE_INFINITY, { source: ['aws.bedrock'] });
    for (const [i, moment] of moments.entries()) {
      const name = `${id.toLowerCase()}${i}`;
      const plan = account.functions.crashNext(queue.functionName(id), moment);
      await queue.put(`to-process/${name}.jsonl`, records(110, name));
      const file = await queue.until(`${name}.jsonl`, 'Completed', 360);
      if (plan.hasStruck) struck += 1;
      expect(file.counts).toMatchObject({ rows: 110, succeeded: 110 });
      expect(await queue.jobsOf(`${name}.jsonl`)).toMatchObject([{ status: 'Completed' }]);
      expect(await queue.results(`processed/${name}/`)).toHaveLength(110);
    }
    account.bus.faults.clear();
    // at least once: a function may be done before so many calls
    expect(struck).toBeGreaterThan(0);
  });
});
