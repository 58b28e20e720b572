import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, recordPrefix, runIdentity } from './identity.ts';
import { checkQuestion } from './question.ts';

const MODEL = 'anthropic.claude-3-haiku-20240307-v1:0';

function identity(change: Partial<Parameters<typeof runIdentity>[0]> = {}, params: Record<string, string> = {}): string {
  const question = checkQuestion({ dataset: 'x', model: MODEL, prompt: '{text}', params });
  return runIdentity({
    question,
    files: [{ kind: 'content', bytes: 3, xxh128: 'abc' }],
    format: 'csv',
    delimiter: undefined,
    recordsPerJob: undefined,
    strict: false,
    target: { kind: 'local' },
    ...change,
  });
}

test('what changes an answer, or how it is asked for, changes the identity', () => {
  const changes = [
    {},
    { files: [{ kind: 'content' as const, bytes: 3, xxh128: 'abd' }] },
    { files: [] },
    { files: [{ kind: 's3' as const, bytes: 3, bucket: 'b', key: 'k', etag: 'e' }] },
    { files: [{ kind: 's3' as const, bytes: 3, bucket: 'b', key: 'k', etag: 'f' }] },
    { format: 'jsonl' as const },
    { delimiter: ';' },
    { recordsPerJob: 100 },
    { strict: true },
    { target: {} },
  ];
  const all = [
    ...changes.map((change) => identity(change)),
    identity({}, { temperature: '0' }),
    identity({}, { temperature: '1' }),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(identity()).toBe(identity());
});

test('the identity of a question is the same in every version: the run of yesterday is found today', () => {
  expect(identity()).toMatchInlineSnapshot(`"c41a2003eb2e955f95ede12d45767171eda79cc77c88d2fab02c98e530b13770"`);
});

test('the order of keys does not count', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
    }),
  );
});

test('a record prefix is two digits of base 36', () => {
  fc.assert(fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), (hex) => /^[0-9a-z]{2}$/.test(recordPrefix(hex))));
});
