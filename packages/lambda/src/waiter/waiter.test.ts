import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WAITER } from '../testing/waiter-example.ts';
import { nextTurn, type Waiter } from './index.ts';
import { itemOf, waiterFrom } from './waiter-item.ts';

const waiter: Waiter = { ...WAITER, attempt: 3, jobName: 'test-job0-0123456789-3' };

describe('which job a task gets', () => {
  it('is the first one when nobody asked before', () => {
    expect(nextTurn(undefined)).toEqual({ attempt: 1, mayExist: false });
  });

  it('is the same while it is awaited: Step Functions repeats a task that crashed', () => {
    expect(nextTurn(waiter)).toEqual({ attempt: 3, mayExist: true });
    expect(nextTurn({ ...waiter, jobArn: 'arn' })).toEqual({ attempt: 3, mayExist: false, jobArn: 'arn' });
  });

  it('is the same when it has succeeded: nothing is paid for twice', () => {
    for (const status of ['Completed', 'PartiallyCompleted']) {
      const answered = { ...waiter, state: 'answered', status, jobArn: 'arn' } as const;
      expect(nextTurn(answered)).toEqual({ attempt: 3, mayExist: false, jobArn: 'arn' });
    }
  });

  it('is a new one after a failure, as in a redrive, and after nobody waited', () => {
    for (const status of ['Failed', 'Stopped', 'Expired']) {
      expect(nextTurn({ ...waiter, state: 'answered', status, jobArn: 'arn' })).toEqual({ attempt: 4, mayExist: false });
    }
    expect(nextTurn({ ...waiter, state: 'abandoned', jobArn: 'arn' })).toEqual({ attempt: 4, mayExist: false });
  });
});

describe('the item of a waiter', () => {
  it('is read back as it was', () => {
    const optional = { requiredKeys: [] as never[] };
    const more = fc.record(
      {
        jobArn: fc.string(),
        status: fc.string(),
        outputBucketOwner: fc.string(),
        goneSince: fc.nat(),
        refused: fc.record({ error: fc.string(), cause: fc.string() }),
      },
      optional,
    );
    fc.assert(
      fc.property(more, fc.constantFrom('open', 'answered', 'abandoned'), (fields, state) => {
        const whole = { ...waiter, ...fields, state } as Waiter;
        expect(waiterFrom(itemOf(whole))).toEqual(whole);
      }),
    );
  });

  it('is in the index only while it is awaited, and expires thirty days later', () => {
    expect(itemOf(waiter)['open']).toEqual({ S: 'open' });
    expect(itemOf({ ...waiter, state: 'answered' })['open']).toBeUndefined();
    expect(itemOf({ ...waiter, since: 1_000_000_000_000 })['expiresAt']).toEqual({ N: String(1_000_000_000 + 30 * 86_400) });
  });
});
