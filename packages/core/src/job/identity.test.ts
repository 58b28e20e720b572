import { nodeDigest } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkNamePrefix, type JobIdentityInput, jobIdentity, MAX_NAME_PREFIX } from './identity.ts';

// patterns of CreateModelInvocationJob (API reference, 2026-11)
const JOB_NAME = /^[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+\-.]){0,63}$/;
const TOKEN = /^[a-zA-Z0-9]{1,256}(-*[a-zA-Z0-9]){0,256}$/;

const input: JobIdentityInput = { run: 'r-0123456789', part: 7, attempt: 2, namePrefix: 'batchrock', parameters: '{"a":1}' };

const prefixes = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,41}$/);

describe('the identity of a job', () => {
  it('is the same text for ever: a change here would create every job of an open run a second time', () => {
    expect(jobIdentity(nodeDigest, input)).toEqual({
      jobName: 'batchrock-f8a9c66dd384415e5583',
      clientRequestToken: 'f8a9c66dd384415e558358ca44d83f11a895cc96ac5487f70a1b116a92911ba3',
    });
  });

  it('fits the patterns of the service for every prefix that is let through', () => {
    fc.assert(
      fc.property(prefixes, fc.nat(), fc.nat(), fc.string(), (namePrefix, part, attempt, parameters) => {
        const { jobName, clientRequestToken } = jobIdentity(nodeDigest, { ...input, namePrefix, part, attempt, parameters });
        expect(jobName).toMatch(JOB_NAME);
        expect(jobName.length).toBeLessThanOrEqual(63);
        expect(jobName).toBe(`${namePrefix}-${clientRequestToken.slice(0, 20)}`);
        expect(clientRequestToken).toMatch(TOKEN);
        expect(clientRequestToken).toHaveLength(64);
      }),
    );
  });

  it('differs when the run, part, attempt or parameters differ', () => {
    const others = [{ run: 'r-0123456780' }, { part: 72 }, { part: 8 }, { attempt: 3 }, { parameters: '{"a":2}' }];
    const tokens = [{}, ...others].map((other) => jobIdentity(nodeDigest, { ...input, ...other }).clientRequestToken);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('refuses a prefix that cannot begin a job name, saying what can', () => {
    for (const prefix of ['', '-a', 'a_b', 'a b', 'ä', 'a/b', 'x'.repeat(MAX_NAME_PREFIX + 1)]) {
      expect(() => checkNamePrefix(prefix)).toThrowError(expect.objectContaining({ code: 'BR-E0120' }));
    }
    expect(() => checkNamePrefix('x'.repeat(MAX_NAME_PREFIX))).not.toThrow();
  });
});
