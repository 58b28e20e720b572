import { describe, expect, test } from 'vitest';
import { createFaultSwitch } from './call-faults.ts';
import { faultsOfJob, NO_FAULTS } from './faults.ts';
import { breaksJob, fateOfJob, fateOfRecord } from './job-faults.ts';
import { parseFaultFlags, parseFaults } from './parse.ts';

const record = (change: object, job: string, id: string, line = '{}') =>
  fateOfRecord(faultsOfJob({ ...NO_FAULTS, ...change }, job), job, id, Buffer.from(line));

describe('faults', () => {
  test('flags and JSON say the same', () => {
    const flags = parseFaultFlags([
      'throttle=0.1',
      'lost-reply.CreateModelInvocationJob=0.5',
      'recordCodes=400,429',
      'manifestMissing=true',
    ]);
    expect(flags).toEqual({
      throttle: 0.1,
      lostReply: { CreateModelInvocationJob: 0.5 },
      recordCodes: [400, 429],
      manifestMissing: true,
    });
    expect(parseFaults(flags)).toEqual({ ...NO_FAULTS, ...flags });
    const json = [
      'throttle=0.1',
      'lostReply={"CreateModelInvocationJob": 0.5}',
      'recordCodes=[400, 429]',
      'manifestMissing=true',
    ];
    expect(parseFaultFlags(json)).toEqual(flags);
  });

  test.each([
    ['unknown=1', 'there is no fault "unknown=1"'],
    ['throttle=2', 'fault throttle is 2; give a number from 0 to 1'],
    ['throttle=', 'fault throttle is ""; give a number'],
    ['throttle=often', 'fault throttle is "often"; give a number'],
    ['throttle={"GetModelInvocationJob": 2}', 'fault throttle is 2; give a number from 0 to 1'],
    [
      'throttle={GetModelInvocationJob: 1}',
      'fault throttle is {GetModelInvocationJob: 1}, which is not JSON; give a number, or JSON such as {"',
    ],
    ['partialFraction={"a":1}', 'fault partialFraction is {"a":1}'],
    ['throtle=1', 'there is no fault "throtle=1"; did you mean throttle?'],
    ['recordCodes=200', 'fault recordCodes is [200]'],
    ['outputFiles=0', 'fault outputFiles is 0'],
  ])('the flag %s is refused', (flag, message) => {
    expect(() => parseFaultFlags([flag])).toThrow(message);
  });

  test('a share of records fails, the same ones each time, others in another job', () => {
    const failing = (job: string): string[] =>
      Array.from({ length: 1_000 }, (_, i) => `R${i}`).filter((id) => record({ recordFail: 0.2 }, job, id).errorCode > 0);
    const first = failing('run-1');
    expect(first.length).toBeGreaterThan(150);
    expect(first.length).toBeLessThan(250);
    expect(failing('run-1')).toEqual(first);
    const second = new Set(failing('run-2'));
    expect(first.filter((id) => second.has(id)).length).toBeLessThan(first.length / 2);
  });

  test('a marker in the text decides for its record', () => {
    expect(record({}, 'j', 'a', 'please [[fail:429]]').errorCode).toBe(429);
    expect(record({}, 'j', 'a', '[[missing]]').missing).toBe(true);
    expect(record({}, 'j', 'a', '[[double]]').double).toBe(true);
    expect(breaksJob(Buffer.from('please [[break]]'))).toBe(true);
    expect(breaksJob(Buffer.from('[[missing]]'))).toBe(false);
  });

  test('fates of jobs follow their rates', () => {
    expect(fateOfJob(faultsOfJob({ ...NO_FAULTS, jobFail: 1 }, 'j'), 'j')).toBe('failed');
    expect(fateOfJob(faultsOfJob({ ...NO_FAULTS, jobPartial: 1 }, 'j'), 'j')).toBe('partial');
    expect(fateOfJob(faultsOfJob(NO_FAULTS, 'j'), 'j')).toBe('normal');
  });

  test('calls meet their fate by operation, in the order of the seed', () => {
    const draws = (): string[] => {
      const faults = createFaultSwitch({ ...NO_FAULTS, throttle: { Create: 0.5 } });
      return Array.from({ length: 50 }, () => faults.fateOf('Create').fate);
    };
    expect(new Set(draws())).toEqual(new Set(['none', 'throttled']));
    expect(draws()).toEqual(draws());
    expect(createFaultSwitch({ ...NO_FAULTS, throttle: { Create: 1 } }).fateOf('Get').fate).toBe('none');
  });
});
