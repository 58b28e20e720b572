import { describe, expect, it } from 'vitest';
import { RUNNING } from '../../../test/run-status.ts';
import type { RunStatus } from '../run-status.ts';
import { combinedStatus } from './combined-status.ts';

const status = (change: Partial<RunStatus>): RunStatus => ({ ...RUNNING, ...change });

describe('the status of several runs', () => {
  it('sums what went on demand, and the slots that others have; neither is told where no run has any', () => {
    const runs = [
      status({ modelId: 'a', onDemand: { records: 7, succeeded: 6 }, jobs: { ...RUNNING.jobs, others: 2 } }),
      status({ modelId: 'b' }),
      status({ modelId: 'c', onDemand: { records: 3, succeeded: 3 }, jobs: { ...RUNNING.jobs, others: 1 } }),
    ];
    expect(combinedStatus(runs)).toMatchObject({ onDemand: { records: 10, succeeded: 9 }, jobs: { others: 3, slots: 60 } });
    const none = combinedStatus([status({}), status({})]);
    expect([none.onDemand, none.jobs.others]).toEqual([undefined, undefined]);
  });

  it('counts the slots of a lane once, and those that others have of it', () => {
    const jobs = { ...RUNNING.jobs, others: 2 };
    const runs = ['us.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0', 'amazon.nova-lite-v1:0'].map((modelId) => ({
      modelId,
      jobs,
    }));
    expect(combinedStatus(runs.map(status)).jobs).toMatchObject({ running: 60, slots: 40, others: 4 });
  });

  it('says of all what one of them is: unattended, paused, blocked, refused; and is as old as the oldest', () => {
    const why = { code: 'BR-E0501', message: 'denied' };
    const runs = [
      status({ createdAt: 2, maxAttempts: 3 }),
      status({ createdAt: 1, maxAttempts: 5, attended: false, paused: true, blocked: why, refused: why }),
      status({ createdAt: 3, state: 'ended', attended: undefined }),
    ];
    const said = { createdAt: 1, maxAttempts: 5, attended: false, paused: true, blocked: why, refused: why };
    expect(combinedStatus(runs)).toMatchObject(said);
    expect(combinedStatus([status({}), status({})])).toMatchObject({ attended: true, paused: false, refused: undefined });
    expect(combinedStatus([status({ state: 'ended', attended: undefined })]).attended).toBeUndefined();
  });
});
