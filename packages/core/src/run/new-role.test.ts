import { type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../errors/index.ts';
import { type DriveOptions, driveRun } from './drive.ts';
import { loadRun } from './load.ts';

const RUN = 'r-0000000001';
const MESSAGE = 'the role cannot be assumed';

let ports: MemoryPorts;
/** When a Create was refused, from the first one. */
let refusedAt: number[];
/** Whose. */
let refused: string[];

beforeEach(async () => {
  ports = memoryPorts({ script: () => ({ durationMs: 60_000 }) });
  refusedAt = [];
  refused = [];
  await putMemoryRun(ports, { parts: [1, 1, 1], slots: 3 });
});

/** Creates are refused while this holds. */
function refuseWhile(isRefused: () => boolean, isOfRole = true): void {
  const { create } = ports.service;
  const begunAt = ports.clock.now();
  ports.service.create = (spec, o) => {
    if (!isRefused()) return create.call(ports.service, spec, o);
    refusedAt.push(ports.clock.now() - begunAt);
    refused.push(spec.jobName);
    return Promise.reject(new ServiceError('BR-E0504', MESSAGE, { reason: 'invalid', effect: 'none', isOfRole }));
  };
}

async function drive(options: DriveOptions = {}) {
  const troubles = new Set<string>();
  const onProgress: DriveOptions['onProgress'] = ({ trouble }) => {
    if (trouble instanceof Error) troubles.add(trouble.message);
  };
  await driveRun(ports, RUN, { steps: plainSteps, onProgress, ...options });
  return { run: (await loadRun(ports.ledger, RUN)).body, troubles: [...troubles] };
}

describe('a role that is refused', () => {
  it('is asked for again until it is taken, by one part, and the user is told why', async () => {
    refuseWhile(() => refused.length < 3);
    const { run, troubles } = await drive();
    expect(run).toMatchObject({ state: 'ended' });
    expect(troubles).toEqual([`the role may be too new: ${MESSAGE}`]);
    expect(new Set(refused).size).toBe(1);
    expect(ports.service.jobs).toHaveLength(3);
  });

  it('blocks the run with the refusal when it is old enough, within the trust window', async () => {
    refuseWhile(() => true);
    const { run } = await drive();
    expect(run.blocked).toMatchObject({ code: 'BR-E0504', message: MESSAGE });
    expect(refusedAt.length).toBeGreaterThanOrEqual(3);
    expect(refusedAt.at(-1)).toBeGreaterThan(ports.service.facts.tokenTrustMs / 2);
    expect(refusedAt.at(-1)).toBeLessThanOrEqual(ports.service.facts.tokenTrustMs);
    expect(ports.service.jobs).toEqual([]);
  });

  it('blocks the run within the trust window of the part, however long its refusal takes', async () => {
    const { tokenTrustMs } = ports.service.facts;
    const begunAt = ports.clock.now();
    ports.service.create = async (spec) => {
      refused.push(spec.jobName);
      // the first call is answered late
      if (refused.length === 1) ports.clock.jump(tokenTrustMs / 2);
      throw new ServiceError('BR-E0504', MESSAGE, { reason: 'invalid', effect: 'none', isOfRole: true });
    };
    const { run } = await drive();
    expect(run.blocked).toMatchObject({ code: 'BR-E0504', message: MESSAGE });
    expect((run.blocked?.at ?? 0) - begunAt).toBeLessThanOrEqual(tokenTrustMs);
  });

  it('is no new one once a job of the run was taken with it', async () => {
    ports = memoryPorts({ script: () => ({ durationMs: 60_000 }) });
    await putMemoryRun(ports, { parts: [1, 1], slots: 1 });
    refuseWhile(() => ports.service.jobs.length > 0);
    const { run } = await drive();
    expect(run.blocked).toMatchObject({ code: 'BR-E0504' });
    expect(refused).toHaveLength(1);
  });

  it('blocks the run at once where nobody waits', async () => {
    refuseWhile(() => true);
    const { run } = await drive({ untilQuiet: true });
    expect(run.blocked).toMatchObject({ code: 'BR-E0504' });
    expect(refused).toHaveLength(1);
  });
});

it('a refusal of anything else blocks the run at once', async () => {
  refuseWhile(() => true, false);
  const { run } = await drive();
  expect(run.blocked).toMatchObject({ code: 'BR-E0504' });
  expect(refused).toHaveLength(1);
});
