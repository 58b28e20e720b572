import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf, clientRequestTokenOf, type JobIdentity, jobNameOf, parseJobName, waiterOf } from './index.ts';

/** Bedrock's pattern of a job's name, without its nested repetitions (API model, 2026-11). */
const PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9+.-]{0,62}$/;

const base: JobIdentity = {
  execution: 'arn:e',
  entered: '2026-11-21T10:00:00Z',
  index: 0,
  jobName: 'a',
  parameters: { modelId: 'm' },
};

const identities = fc.record({
  execution: fc.string(),
  entered: fc.string(),
  index: fc.nat({ max: 999_999 }),
  jobName: fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom('', '_', '---', 'a_b', '日本')),
  parameters: fc.record({ modelId: fc.string(), n: fc.nat() }),
});

describe('the name of a job', () => {
  it('always fits the pattern of Bedrock, and is read back', () => {
    fc.assert(
      fc.property(identities, fc.integer({ min: 1, max: 9999 }), (identity, attempt) => {
        const waiter = waiterOf(identity);
        const name = jobNameOf(waiter, attempt);
        expect(name).toMatch(PATTERN);
        expect(parseJobName(name)).toEqual({ waiter, attempt });
      }),
    );
  });

  it('is the same for the same job, and another one for every other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(identities, { maxLength: 40, selector: (identity) => JSON.stringify(identity) }), (all) => {
        const names = all.map(waiterOf);
        expect(names).toEqual(all.map((identity) => waiterOf(structuredClone(identity))));
        expect(new Set(names).size).toBe(all.length);
      }),
    );
  });

  it('tells a1 + 0 from a + 10, two executions, and two passes of one Map', () => {
    const names = [
      waiterOf({ ...base, jobName: 'a1', index: 0 }),
      waiterOf({ ...base, jobName: 'a', index: 10 }),
      waiterOf({ ...base, execution: 'arn:f' }),
      waiterOf({ ...base, entered: '2026-11-21T10:00:01Z' }),
      waiterOf({ ...base, parameters: { modelId: 'n' } }),
      waiterOf(base),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it('keeps what is readable: the job name of the example, its index, and the beginning of a long one', () => {
    expect(waiterOf({ ...base, jobName: 'test_job' })).toMatch(/^test-job0-[0-9a-z]{10}$/);
    expect(waiterOf({ ...base, jobName: '__x y__', index: 12 })).toMatch(/^x-y12-[0-9a-z]{10}$/);
    expect(waiterOf({ ...base, jobName: '日本' })).toMatch(/^job0-[0-9a-z]{10}$/);
    const long = waiterOf({ ...base, jobName: 'x'.repeat(200), index: 123456 });
    expect(long).toMatch(/^x+123456-[0-9a-z]{10}$/);
    expect(jobNameOf(long, 9999)).toHaveLength(63);
  });

  it('of another shape is not ours', () => {
    for (const name of [
      '',
      'nightly',
      'test_job0',
      'a-0123456789',
      'a-0123456789-0',
      'a-0123456789-01',
      'a-012345678Z-1',
      '-a-0123456789-1',
    ]) {
      expect(parseJobName(name)).toBeUndefined();
    }
  });
});

describe('the client request token', () => {
  it('fits the pattern of Bedrock and changes with name and parameters', () => {
    const token = clientRequestTokenOf('a-1', { modelId: 'm' });
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(clientRequestTokenOf('a-1', { modelId: 'm' })).toBe(token);
    expect(clientRequestTokenOf('a-2', { modelId: 'm' })).not.toBe(token);
    expect(clientRequestTokenOf('a-1', { modelId: 'n' })).not.toBe(token);
  });
});

it('a batch is one entry of one execution into the Map, and no name of a job looks like it', () => {
  expect(batchOf('e', '1')).not.toBe(batchOf('e', '2'));
  expect(batchOf('e1', '')).not.toBe(batchOf('e', '1'));
  expect(parseJobName(batchOf('e', '1'))).toBeUndefined();
});
