import { CancelledError, ERROR_CATALOGUE, type ErrorCode, InputError } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { hintFor, reasonOf, sayingWhy } from './failure.ts';

const failed = (error: unknown): Promise<Error> => sayingWhy(() => Promise.reject(error)).then(String, (thrown) => thrown);

describe('an error that a state machine shows', () => {
  it('has its code as its name, and message and hint in one text', async () => {
    const error = await failed(new InputError('BR-E0112', 'two sources', { hint: 'give one' }));
    expect([error.name, error.message]).toEqual(['BR-E0112', 'two sources; give one']);
    expect((await failed(new CancelledError())).name).toBe('BR-E0801');
  });

  it('speaks of keys, not of flags', async () => {
    const hint = 'leave out --param temperature, or give --max-records-per-job';
    expect((await failed(new InputError('BR-E0120', '--records-per-job is 5', { hint }))).message).toBe(
      'max_records_per_job is 5; leave out params.temperature, or give max_records_per_job',
    );
    expect((await failed(new InputError('BR-E0120', 'x is 5'))).message).toBe('x is 5');
  });

  it('tells nobody to give a flag or a command, whatever its code', () => {
    const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[];
    // what only a laptop can meet: strict runs, its state directory, its disk, its terminal, its local Bedrock, and deploying
    const elsewhere = /^BR-E(0113|0116|0119|0126|0127|0133|0209|0210|0211|0214|0215|0216|0217|0508|0510|0511|0512)$/;
    for (const code of codes.filter((each) => !elsewhere.test(each))) {
      expect(hintFor(code), code).not.toMatch(/--|batchrock |command/);
    }
  });

  it('that is none of ours is left as it is', async () => {
    const error = new TypeError('x');
    expect(await failed(error)).toBe(error);
    expect(reasonOf(error)).toEqual({ error: 'TypeError', reason: 'x' });
    expect(reasonOf('text')).toEqual({ error: 'Error', reason: 'text' });
    expect(reasonOf(new InputError('BR-E0101', 'gone'))).toEqual({ error: 'BR-E0101', reason: 'gone' });
  });
});
