import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPattern } from './check-pattern.ts';
import { type JsonRecord, matchesPattern } from './pattern.ts';

const EVENT = {
  version: '0',
  'detail-type': 'Batch Inference Job State Change',
  source: 'aws.bedrock',
  resources: ['arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghwxyz', 'second'],
  detail: {
    batchJobName: 'nightly-0-abc',
    status: 'Completed',
    failureMessage: '',
    count: 7,
    ratio: -0.5,
    nothing: null,
    yes: true,
    empty: [],
    ip: '10.0.0.17',
    six: '2001:db8::1',
    deep: { er: { value: 'x' } },
    jobs: [
      { name: 'a', state: 'on' },
      { name: 'b', state: 'off' },
    ],
    lists: [['p'], ['q', ['r']]],
  },
};
const matches = (pattern: unknown, event: unknown = EVENT): boolean => {
  checkPattern(pattern);
  return matchesPattern(pattern, event);
};
const detail = (field: string, ...wanted: unknown[]): boolean => matches({ detail: { [field]: wanted } });

describe('a pattern', () => {
  test('of the construct matches the ends of jobs and nothing else', () => {
    const status = ['Completed', 'PartiallyCompleted', 'Failed', 'Expired', 'Stopped'];
    const pattern = { source: ['aws.bedrock'], 'detail-type': ['Batch Inference Job State Change'], detail: { status } };
    const withStatus = (value: string) => ({ ...EVENT, detail: { ...EVENT.detail, status: value } });
    for (const each of status) expect(matches(pattern, withStatus(each))).toBe(true);
    for (const each of ['Submitted', 'InProgress', 'completed', 'Completed ', '']) {
      expect(matches(pattern, withStatus(each))).toBe(false);
    }
    expect(matches(pattern, { ...EVENT, source: 'my.bedrock' })).toBe(false);
    expect(matches(pattern, { ...EVENT, 'detail-type': undefined })).toBe(false);
    expect(matches(pattern, { source: 'aws.bedrock' })).toBe(false);
  });

  test.each([
    ['status', ['Completed'], true],
    ['status', ['Failed', 'Completed'], true],
    ['status', ['Complete'], false],
    ['count', [7], true],
    ['count', ['7'], false],
    ['yes', [true], true],
    ['yes', ['true'], false],
    ['nothing', [null], true],
    ['nothing', [''], false],
    ['failureMessage', [''], true],
    ['failureMessage', [null], false],
    ['absent', [null], false],
    ['absent', [''], false],
  ])('of the values %s: %j is %j', (field, wanted, expected) => {
    expect(detail(field, ...wanted)).toBe(expected);
  });

  test('of fields matches where all of them do', () => {
    expect(matches({ detail: { status: ['Completed'], count: [7] } })).toBe(true);
    expect(matches({ detail: { status: ['Completed'], count: [8] } })).toBe(false);
    expect(matches({ detail: { deep: { er: { value: ['x'] } } } })).toBe(true);
    expect(matches({ detail: { deep: { value: ['x'] } } })).toBe(false);
    expect(matches({ detail: { status: { er: ['x'] } } })).toBe(false);
  });

  test('of a list matches where one element does, at any depth', () => {
    expect(matches({ resources: ['second'] })).toBe(true);
    expect(matches({ resources: [{ suffix: 'wxyz' }] })).toBe(true);
    expect(matches({ resources: ['third'] })).toBe(false);
    expect(detail('lists', 'p')).toBe(true);
    expect(detail('lists', 'r')).toBe(true);
  });

  test('of a list of objects matches where one and the same element has all', () => {
    expect(matches({ detail: { jobs: { name: ['a'], state: ['on'] } } })).toBe(true);
    expect(matches({ detail: { jobs: { name: ['a'], state: ['off'] } } })).toBe(false);
  });

  test('$or matches where one of its patterns and all that stands beside it do', () => {
    const either = [{ detail: { status: ['Failed'] } }, { detail: { count: [{ numeric: ['>', 5] }] } }];
    expect(matches({ source: ['aws.bedrock'], $or: either })).toBe(true);
    expect(matches({ source: ['aws.s3'], $or: either })).toBe(false);
    expect(matches({ detail: { $or: [{ status: ['Failed'] }, { count: [8] }] } })).toBe(false);
    expect(matches({ detail: { $or: [{ status: ['Failed'] }, { $or: [{ count: [7] }, { count: [9] }] }] } })).toBe(true);
  });

  test('matches what it was made of, and no longer when a value of it is another', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const key = fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== '$or' && name !== '__proto__');
    const event = fc.letrec<{ node: JsonRecord; value: unknown }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, leaf, tie('node')),
      node: fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 4 }),
    })).node;
    const patternOf = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, patternOf(each)]))
        : [value];
    const spoilt = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return `${String(value)} and more`;
      const [[name, each] = ['', undefined], ...rest] = Object.entries(value);
      return Object.fromEntries([[name, spoilt(each)], ...rest]);
    };
    fc.assert(
      fc.property(event, (made) => {
        expect(matches(patternOf(made), made)).toBe(true);
        expect(matches(patternOf(made), { ...made, more: 1 })).toBe(true);
        expect(matches(patternOf(made), spoilt(made))).toBe(false);
      }),
    );
  });
});

describe('the operator', () => {
  test.each([
    ['batchJobName', { prefix: 'nightly-' }, true],
    ['batchJobName', { prefix: 'Nightly-' }, false],
    ['batchJobName', { prefix: { 'equals-ignore-case': 'NIGHTLY' } }, true],
    ['batchJobName', { suffix: 'abc' }, true],
    ['batchJobName', { suffix: 'nightly' }, false],
    ['batchJobName', { suffix: { 'equals-ignore-case': 'ABC' } }, true],
    ['count', { prefix: '7' }, false],
    ['status', { 'equals-ignore-case': 'cOMPLETED' }, true],
    ['status', { 'equals-ignore-case': 'complete' }, false],
    ['batchJobName', { wildcard: 'nightly-*-abc' }, true],
    ['batchJobName', { wildcard: '*' }, true],
    ['batchJobName', { wildcard: 'nightly' }, false],
    ['batchJobName', { wildcard: 'n*-*c' }, true],
    ['batchJobName', { wildcard: 'n.*c' }, false],
    ['failureMessage', { wildcard: '*' }, true],
    ['count', { numeric: ['=', 7] }, true],
    ['count', { numeric: ['>', 7] }, false],
    ['count', { numeric: ['>=', 7, '<', 7.1] }, true],
    ['ratio', { numeric: ['<', 0] }, true],
    ['ratio', { numeric: ['>', -0.5, '<=', 0] }, false],
    ['status', { numeric: ['<', 100] }, false],
    ['status', { exists: true }, true],
    ['status', { exists: false }, false],
    ['absent', { exists: true }, false],
    ['absent', { exists: false }, true],
    ['nothing', { exists: true }, true],
    ['empty', { exists: true }, false],
    ['empty', { exists: false }, true],
    // leaves only
    ['deep', { exists: true }, false],
    ['status', { 'anything-but': 'Failed' }, true],
    ['status', { 'anything-but': ['Failed', 'Completed'] }, false],
    ['count', { 'anything-but': 7 }, false],
    ['count', { 'anything-but': [6, 8] }, true],
    ['nothing', { 'anything-but': 'x' }, true],
    ['absent', { 'anything-but': 'x' }, false],
    ['batchJobName', { 'anything-but': { prefix: 'nightly' } }, false],
    ['batchJobName', { 'anything-but': { prefix: ['daily', 'hourly'] } }, true],
    ['batchJobName', { 'anything-but': { suffix: 'abc' } }, false],
    ['status', { 'anything-but': { 'equals-ignore-case': ['FAILED', 'COMPLETED'] } }, false],
    ['batchJobName', { 'anything-but': { wildcard: '*-1-*' } }, true],
    ['ip', { cidr: '10.0.0.0/24' }, true],
    ['ip', { cidr: '10.0.1.0/24' }, false],
    ['six', { cidr: '2001:db8::/32' }, true],
    ['six', { cidr: '10.0.0.0/8' }, false],
    ['status', { cidr: '0.0.0.0/0' }, false],
  ])('%s: %j is %j', (field, wanted, expected) => {
    expect(detail(field, wanted)).toBe(expected);
  });

  test('anything-but looks at each element of a list', () => {
    expect(matches({ resources: [{ 'anything-but': 'second' }] })).toBe(true);
    expect(matches({ resources: [{ 'anything-but': 'second' }] }, { resources: ['second', 'second'] })).toBe(false);
    expect(matches({ resources: [{ 'anything-but': 'second' }] }, { resources: [] })).toBe(false);
  });

  test('exists and values may stand side by side', () => {
    const pattern = { detail: { absent: [{ exists: false }, 'x'] } };
    expect(matches(pattern)).toBe(true);
    expect(matches(pattern, { detail: { absent: 'x' } })).toBe(true);
    expect(matches(pattern, { detail: { absent: 'y' } })).toBe(false);
  });

  test('prefix, suffix and wildcard agree on any text', () => {
    const escaped = (text: string): string => text.replace(/[*\\]/g, '\\$&');
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const has = (wanted: unknown): boolean => matches({ f: [wanted] }, { f: a + b });
        expect(has({ prefix: a })).toBe(true);
        expect(has({ suffix: b })).toBe(true);
        expect(has({ wildcard: `${escaped(a)}*${escaped(b)}` })).toBe(true);
        expect(has({ wildcard: escaped(a + b) })).toBe(true);
        expect(has({ wildcard: `${escaped(a + b)}x` })).toBe(false);
        expect(has({ 'anything-but': { prefix: a } })).toBe(false);
      }),
    );
  });

  test('numeric agrees with the numbers', () => {
    const number = fc.double({ min: -5e9, max: 5e9, noNaN: true });
    fc.assert(
      fc.property(number, number, number, (low, high, value) => {
        fc.pre(low < high);
        const inside = matches({ n: [{ numeric: ['>=', low, '<', high] }] }, { n: value });
        expect(inside).toBe(value >= low && value < high);
        expect(matches({ n: [{ numeric: ['=', value] }] }, { n: value })).toBe(true);
      }),
    );
  });
});

test.each([
  [{}, 'must not be empty'],
  [[], 'must be an object'],
  [{ source: 'aws.s3' }, 'source must be an object or an array'],
  [{ source: [] }, 'must not be an empty array'],
  [{ source: [['a']] }, 'array in an array'],
  [{ detail: { n: [{ between: [1, 2] }] } }, 'no operator "between"'],
  [{ n: [{ prefix: 'a', suffix: 'b' }] }, 'one operator in each object'],
  [{ n: [{ prefix: 7 }] }, 'must be a string'],
  [{ n: [{ prefix: { suffix: 'b' } }] }, 'equals-ignore-case'],
  [{ n: [{ exists: 'yes' }] }, 'must be true or false'],
  [{ n: [{ numeric: ['!=', 3] }] }, 'compares with one of'],
  [{ n: [{ numeric: ['<', '3'] }] }, 'compares with a number'],
  [{ n: [{ numeric: ['<', 6e9] }] }, 'from -5.0e9'],
  [{ n: [{ numeric: ['<', 5, '>', 3] }] }, 'lower bound first'],
  [{ n: [{ numeric: ['>', 5, '<', 3] }] }, 'not empty'],
  [{ n: [{ 'anything-but': ['a', 1] }] }, 'not both'],
  [{ n: [{ 'anything-but': [] }] }, 'not both'],
  [{ n: [{ 'anything-but': { exists: true } }] }, 'takes values or one of'],
  [{ n: [{ wildcard: 'a**b' }] }, 'two * in a row'],
  [{ n: [{ wildcard: 'a\\b' }] }, 'backslash'],
  [{ n: [{ cidr: '10.0.0.0' }] }, 'address block'],
  [{ $or: [{ n: ['a'] }] }, 'at least two'],
])('the pattern %j is refused as PutRule does', (pattern, reason) => {
  expect(() => checkPattern(pattern)).toThrow(reason);
  expect(() => checkPattern(pattern)).toThrow('Event pattern is not valid. Reason: ');
});
