import { MEMORY_LANE, type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { dispatchLane } from './dispatch.ts';
import { driveRun } from './drive.ts';
import { objectKeys } from './keys.ts';
import { loadRun } from './load.ts';
import { sweepLane } from './sweep.ts';

const BROKEN = 'r-0000000001';
const SOUND = 'r-0000000002';

/** Two runs in one lane; the document of the older one is gone. */
async function twoRuns(sent: boolean): Promise<MemoryPorts> {
  const ports = memoryPorts();
  await putMemoryRun(ports, { run: BROKEN, parts: [2, 2] });
  if (sent) await dispatchLane(ports, MEMORY_LANE);
  await putMemoryRun(ports, { run: SOUND, parts: [2, 2] });
  await ports.objects.remove([objectKeys.document(BROKEN)]);
  return ports;
}

describe('a run whose document is gone', () => {
  it.each([
    ['before it was sent', false],
    ['while its jobs run', true],
  ])('%s keeps no sweep from the other runs of its lane, and is told', async (_, sent) => {
    const before = await twoRuns(sent);
    // another process, which has not read the document yet
    const ports = { ...before };
    const troubles: unknown[] = [];
    for (let sweep = 0; sweep < 5; sweep++) {
      await sweepLane(ports, MEMORY_LANE, { steps: plainSteps, onTrouble: (error) => troubles.push(error) });
      ports.clock.jump(60_000);
    }
    expect((await loadRun(ports.ledger, SOUND)).body.state).toBe('ended');
    expect((await loadRun(ports.ledger, BROKEN)).body.state).toBe('running');
    expect(troubles).toContainEqual(expect.objectContaining({ code: 'BR-E0208' }));
  });

  it('is the end of whoever drives that very run', async () => {
    const ports = await twoRuns(false);
    await expect(driveRun({ ...ports }, BROKEN, { steps: plainSteps })).rejects.toMatchObject({ code: 'BR-E0208' });
  });
});

describe('a sweep', () => {
  it('asks for jobs that it knows once, in a list, and takes none of them for found again', async () => {
    const ports = memoryPorts({ script: () => ({ durationMs: 3_600_000 }) });
    await putMemoryRun(ports, { parts: [1, 1, 1, 1, 1] });
    await dispatchLane(ports, MEMORY_LANE);
    let gets = 0;
    const { get } = ports.service;
    ports.service.get = (jobArn) => {
      gets += 1;
      return get.call(ports.service, jobArn);
    };
    const report = await sweepLane(ports, MEMORY_LANE, { steps: plainSteps });
    expect(report).toMatchObject({ adopted: 0, ended: 0, stopped: 0 });
    expect(gets).toBe(0);
  });
});
