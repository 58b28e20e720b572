import { MemoryLedger, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { adoptRun } from '../adopt/index.ts';
import { driveRun } from './drive.ts';
import { loadPart } from './load.ts';

test('a run that is adopted has lost no attempt by what was denied after a job of another run came through', async () => {
  const denied = { end: 'Failed', message: 'Access denied: the role may not read s3://there', record: () => 'missing' } as const;
  const ports = memoryPorts({ script: (_, index) => (index === 0 ? {} : denied) });
  const [first, second] = ['r-0000000001', 'r-0000000002'] as const;
  for (const run of [first, second]) {
    await putMemoryRun(ports, { run, parts: [10], maxAttempts: 1 });
    await driveRun(ports, run, { pollMs: 60_000 });
  }
  const there = { ...ports, ledger: new MemoryLedger() };
  await adoptRun(there, second);
  expect((await loadPart(there.ledger, { run: second, attempt: 1, part: 0 })).body).toMatchObject({
    jobStatus: 'Failed',
    denied: true,
  });
});
