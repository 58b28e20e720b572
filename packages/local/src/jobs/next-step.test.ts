import { describe, expect, test } from 'vitest';
import { faultsOfJob, NO_FAULTS } from '../faults/index.ts';
import { type Job, NO_RECORDS } from './job.ts';
import { nextStep } from './next-step.ts';
import { DEFAULT_TIMING, runsOutAt } from './timing.ts';

const timing = { ...DEFAULT_TIMING, speed: 10 };
const job = (change: Partial<Job> = {}): Job => ({
  jobId: 'abcdefghijkl',
  jobArn: 'arn',
  jobName: 'j',
  clientRequestToken: 't',
  roleArn: 'r',
  modelArn: 'm',
  baseModelId: 'm',
  invocationType: 'InvokeModel',
  region: 'us-east-1',
  input: { uri: 's3://b/in', bucket: 'b', key: 'in' },
  output: { uri: 's3://b/out', bucket: 'b', key: 'out' },
  timeoutHours: 24,
  tags: {},
  faults: faultsOfJob(NO_FAULTS, 'j'),
  limits: { minRecords: 1, maxRecords: 1, maxRecordsPerFile: 1, maxFileBytes: 1, maxJobBytes: 1 },
  status: 'Submitted',
  submittedAt: 1_000,
  modifiedAt: 1_000,
  counts: NO_RECORDS,
  ...change,
});

describe('the next step of a job', () => {
  test('each phase takes its time on the faster clock', () => {
    expect(nextStep(job(), timing, 1_000)).toEqual({ kind: 'wait', until: 2_000 });
    expect(nextStep(job(), timing, 2_000)).toEqual({ kind: 'become', status: 'Validating' });
    expect(nextStep(job({ status: 'Validating' }), timing, 3_999)).toEqual({ kind: 'wait', until: 4_000 });
    expect(nextStep(job({ status: 'Validating' }), timing, 4_000)).toEqual({ kind: 'validate' });
    expect(nextStep(job({ status: 'Scheduled' }), timing, 7_000)).toEqual({ kind: 'become', status: 'InProgress' });
    expect(nextStep(job({ status: 'InProgress' }), timing, 0)).toEqual({ kind: 'run' });
  });

  test('a stuck job waits for its timeout and expires', () => {
    const stuck = job({ status: 'Scheduled', faults: faultsOfJob({ ...NO_FAULTS, jobStuck: 1 }, 'j') });
    const end = 1_000 + (24 * 3_600_000) / 10;
    expect(nextStep(stuck, timing, 10_000)).toEqual({ kind: 'wait', until: end });
    expect(nextStep(stuck, timing, end)).toMatchObject({ kind: 'become', status: 'Expired' });
  });

  test('a job that was stopped before it began has no records to run', () => {
    expect(nextStep(job({ status: 'Stopping' }), timing, 2_000)).toEqual({ kind: 'become', status: 'Stopped' });
    expect(nextStep(job({ status: 'Stopping', startedAt: 1_500 }), timing, 2_000)).toEqual({ kind: 'run' });
  });

  test('an ended job is left alone unless its output is due', () => {
    expect(nextStep(job({ status: 'Completed' }), timing, 0)).toEqual({ kind: 'none' });
    expect(nextStep(job({ status: 'Completed', outputDueAt: 5 }), timing, 0)).toEqual({ kind: 'run' });
  });

  test('without a pace the timeout of a running job counts by the wall', () => {
    const started = { ...job(), startedAt: 1_000 + 100 };
    expect(runsOutAt(timing, started)).toBe(1_100 + 24 * 3_600_000 - 1_000);
    expect(runsOutAt({ ...timing, recordsPerMinute: 60 }, started)).toBe(1_000 + (24 * 3_600_000) / 10);
  });
});
