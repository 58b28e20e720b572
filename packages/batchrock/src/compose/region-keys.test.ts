import { expect, test } from 'vitest';
import { keyIn, readKeys } from './region-keys.ts';

const ID = '01234567-89ab-cdef-0123-456789abcdef';
const arn = (region: string, resource: string): string => `arn:aws:kms:${region}:123456789012:${resource}`;
const MULTI = 'key/mrk-0123456789abcdef0123456789abcdef';

test('one key is as it was given where jobs run in one Region', () => {
  for (const key of [ID, arn('us-east-1', `key/${ID}`), arn('eu-west-1', MULTI), 'alias/runs']) {
    expect(keyIn(readKeys(key), 'us-east-1', false)).toBe(key);
  }
});

test.each([
  ['a multi-Region key', arn('us-east-1', MULTI), arn('us-east-1', MULTI), arn('us-west-2', MULTI)],
  ['its id', MULTI.slice(4), MULTI.slice(4), MULTI.slice(4)],
  ['a replica of it', arn('us-west-2', MULTI), arn('us-east-1', MULTI), arn('us-west-2', MULTI)],
  ['an alias', 'alias/runs', 'alias/runs', 'alias/runs'],
  ['the ARN of one', arn('us-east-1', 'alias/runs'), arn('us-east-1', 'alias/runs'), arn('us-west-2', 'alias/runs')],
  ['one for each', `us-east-1=${ID}, us-west-2=${arn('us-west-2', `key/${ID}`)}`, ID, arn('us-west-2', `key/${ID}`)],
])('%s is that of each Region', (_, text, east, west) => {
  const asked = readKeys(text);
  expect([keyIn(asked, 'us-east-1', true), keyIn(asked, 'us-west-2', true)]).toEqual([east, west]);
});

test.each([
  ['a key of one Region', arn('us-east-1', `key/${ID}`), 'a multi-Region key'],
  ['an id that says no Region', ID, 'a multi-Region key'],
  ['a list without the Region', `us-east-1=${ID}`, 'a key of us-west-2'],
  ['a list with a key of another Region', `us-west-2=${arn('us-east-1', `key/${ID}`)}`, 'for us-west-2 a key of that Region'],
  ['a list with a Region twice', `us-west-2=${ID},us-west-2=alias/x`, 'one key for us-west-2'],
  ['something else', 'us-west-2=my key', 'REGION=KEY'],
  ['nothing', '', 'REGION=KEY'],
])('%s is refused beside several Regions', (_, text, why) => {
  const use = () => keyIn(readKeys(text), 'us-west-2', true);
  expect(use).toThrow(expect.objectContaining({ code: 'BR-E0120', message: expect.stringContaining(why) }));
});
