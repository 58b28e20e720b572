import { describe, expect, test } from 'vitest';
import type { FrontRequest } from '../front/call.ts';
import {
  addUsage,
  billOf,
  billOfCalls,
  billTable,
  createMeter,
  memoryOfLog,
  objectCallsTable,
  usageOfLog,
  usageOfMoreJobs,
  writesTable,
} from './index.ts';
import { NO_USAGE } from './usage.ts';

const request = (service: string, more: Partial<FrontRequest> = {}): FrontRequest => ({
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.from('{}'),
  service,
  region: 'us-east-1',
  ...more,
});
const table = (action: string, body: object): FrontRequest =>
  request('dynamodb', { headers: { 'x-amz-target': `DynamoDB_20120810.${action}` }, body: Buffer.from(JSON.stringify(body)) });

function used(call: FrontRequest, bytes = 0, isDone = true) {
  const meter = createMeter();
  meter.note(call, { bytes, isDone });
  return Object.fromEntries(Object.entries(meter.usage()).filter(([, count]) => count !== 0));
}

describe('a meter counts', () => {
  test.each([
    ['GET', '/bucket/key', '', { objectReads: 1 }],
    ['HEAD', '/bucket/key', '', { objectReads: 1 }],
    ['PUT', '/bucket/key', 'partNumber=1', { objectWrites: 1 }],
    ['GET', '/bucket', 'list-type=2', { objectWrites: 1 }],
    ['GET', '/bucket/', 'list-type=2', { objectWrites: 1 }],
    ['HEAD', '/bucket/', '', { objectReads: 1 }],
    ['DELETE', '/bucket/key', '', {}],
    ['POST', '/bucket', 'delete=', {}],
  ])('%s %s?%s', (method, path, query, expected) => {
    expect(used(request('s3', { method, path, query: new URLSearchParams(query) }))).toEqual(expected);
  });

  test('the bytes of calls and of their answers, by service', () => {
    const meter = createMeter();
    const put = request('s3', { method: 'PUT', path: '/bucket/key', body: Buffer.alloc(70) });
    for (const call of [put, put, table('GetItem', {})]) meter.note(call, { bytes: 5, isDone: true });
    expect(Object.fromEntries(meter.bytes())).toEqual({ s3: 150, dynamodb: 7 });
  });

  test('two units for each part of a transaction and KB, and one for each index that it stands in', () => {
    const item = (bytes: number, more: object = {}) => ({ pk: { S: 'x'.repeat(bytes) }, ...more });
    const inTwo = { runsAt: { S: 'a' }, runsSort: { S: '1' }, openAt: { S: 'b' }, openSort: { S: '2' } };
    const TransactItems = [
      { Put: { Item: item(10, inTwo) } },
      { Put: { Item: item(1_500) } },
      { ConditionCheck: {} },
      { Delete: { Key: item(1) } },
    ];
    expect(used(table('TransactWriteItems', { TransactItems }))).toEqual({ tableWrites: 4 + 4 + 2 + 2 });
    expect(used(table('TransactWriteItems', { TransactItems }), 0, false)).toEqual({ tableWrites: 2 + 4 + 2 + 2 });
  });

  test('an entry of an index twice where it moved, and once where it changed or went', () => {
    const meter = createMeter();
    const placed = (index: string, at: string) => ({ [`${index}At`]: { S: at }, [`${index}Sort`]: { S: '1' } });
    const put = (openAt?: string) => ({
      Put: { Item: { pk: { S: 'a' }, ...placed('parts', 'p'), ...(openAt && placed('open', openAt)) } },
    });
    const units = [put('ready'), put('ready'), put('ended'), put(), { Delete: { Key: { pk: { S: 'a' } } } }].map((part) => {
      const before = meter.usage().tableWrites;
      meter.note(table('TransactWriteItems', { TransactItems: [part] }), { bytes: 0, isDone: true });
      return meter.usage().tableWrites - before;
    });
    expect(units).toEqual([4, 4, 5, 4, 3]);
  });

  test('the larger of what was there and what is written, also where it is only looked at', () => {
    const meter = createMeter();
    const took = (action: string, body: object) => {
      meter.note(table(action, body), { bytes: 0, isDone: true });
      return meter.writes().at(-1)?.units;
    };
    const put = (bytes: number) => took('PutItem', { TableName: 't', Item: { pk: { S: 'a' }, body: { S: 'x'.repeat(bytes) } } });
    const Key = { pk: { S: 'a' } };
    expect([put(2_500), put(10)]).toEqual([3, 3]);
    expect([put(1_017), put(1_019)]).toEqual([1, 2]);
    expect(took('TransactWriteItems', { TransactItems: [{ ConditionCheck: { TableName: 't', Key } }] })).toBe(4);
    expect([took('DeleteItem', { TableName: 't', Key }), took('DeleteItem', { TableName: 't', Key })]).toEqual([2, 1]);
  });

  test('a unit for 4 KB that are read, half of one where they may be old', () => {
    expect(used(table('GetItem', { ConsistentRead: true }), 5_000)).toEqual({ tableReads: 2 });
    expect(used(table('Query', {}), 5_000)).toEqual({ tableReads: 1 });
  });

  test('where the units went, by what was done and by item', () => {
    const meter = createMeter();
    const event = { pk: { S: 'e' }, schema: { S: 'event/1' }, body: { S: '{"kind":"ended"}' } };
    const part = { pk: { S: 'p' }, schema: { S: 'part/1' } };
    const TransactItems = [{ Put: { Item: event } }, { Put: { Item: part } }];
    meter.note(table('TransactWriteItems', { TransactItems }), { bytes: 0, isDone: true });
    meter.note(table('TransactWriteItems', { TransactItems }), { bytes: 0, isDone: false });
    meter.note(table('PutItem', { Item: part }), { bytes: 0, isDone: true });
    expect(writesTable(meter.writes(), 2).split('\n').slice(2)).toEqual([
      '| ended | event/1 | 1 | 36 | 2 | 0 | 1 |',
      '| ended | part/1 | 1 | 15 | 2 | 0 | 1 |',
      '| refused: ended | event/1 | 1 | 36 | 2 | 0 | 1 |',
      '| refused: ended | part/1 | 1 | 15 | 2 | 0 | 1 |',
      '| part/1 | part/1 | 1 | 15 | 1 | 0 | 0.5 |',
      '| all |  |  |  | 9 | 0 | 4.5 |',
    ]);
  });

  test('each kind of request of S3, whatever run, part and job it is of', () => {
    const meter = createMeter();
    const run = (id: string, part: number) => `/bucket/runs/${id}/output/0000${part}-1/abcdefghij1${part}/000.jsonl.out`;
    const calls = [
      ['PUT', run('r-0123456789', 1), ''],
      ['PUT', run('r-abcdefghij', 2), ''],
      ['GET', '/bucket/', 'list-type=2&prefix=runs/r-0123456789/input/'],
      ['DELETE', run('r-0123456789', 1), ''],
    ] as const;
    for (const [method, path, query] of calls) {
      meter.note(request('s3', { method, path, query: new URLSearchParams(query) }), { bytes: 0, isDone: true });
    }
    expect(objectCallsTable(meter.objectCalls(), 2).split('\n').slice(2)).toEqual([
      '| PUT runs/<run>/output/0-0/<job>/0.jsonl.out | 2 | 1 |',
      '| GET list-type runs/<run>/input/ | 1 | 0.5 |',
    ]);
  });

  test('no call of a table whose price is not known', () => {
    expect(() => used(table('BatchWriteItem', {}))).toThrow('BatchWriteItem');
  });
});

test('what a function used stands in the lines of its platform', () => {
  const line = (ms: number, mb: number) =>
    `REPORT RequestId: a-b\tDuration: ${ms}.00 ms\tBilled Duration: ${ms} ms\tMemory Size: 512 MB\tMax Memory Used: ${mb} MB`;
  const log = ['START', line(1_500, 90), 'a word', line(500, 80)];
  expect(usageOfLog(log)).toMatchObject({ lambdaRequests: 2, lambdaGBSeconds: 1, logBytes: log.join('\n').length + 1 });
  expect(memoryOfLog(log)).toEqual({ usedMB: 90, givenMB: 512 });
});

test('a bill is the sum of its lines', () => {
  const usage = addUsage(NO_USAGE, { transitions: 4_000, objectWrites: 2_000, lambdaGBSeconds: 100_000 });
  expect(billOf(usage)).toMatchObject({ transitions: 0.1, objectWrites: 0.01, lambdaGBSeconds: expect.closeTo(1.33334) });
  expect(billOf(usage).total).toBeCloseTo(0.1 + 0.01 + 1.33334);
  expect(billOfCalls(usage)).toBeCloseTo(0.1 + 0.01);
  expect(billOf(usage, 'x86').total).toBeCloseTo(0.1 + 0.01 + 1.66667);
});

test('a run of more jobs costs what each of them adds, and what comes with every run', () => {
  const of = (jobs: number) => ({ jobs, usage: addUsage(NO_USAGE, { transitions: 5 + 2 * jobs, objectReads: 1 + 10 * jobs }) });
  expect(usageOfMoreJobs(of(10), of(50), 1_000)).toEqual(of(1_000).usage);
});

test('a table has a line for each thing that is paid for, and the sum', () => {
  const usage = addUsage(NO_USAGE, { transitions: 2_005, objectWrites: 2_000 });
  const table = billTable([{ name: 'ours', usage, processor: 'arm' }]).split('\n');
  expect(table).toContain('| state transitions | 2,005 | 0.05013 |');
  expect(table.at(-1)).toBe('| all |  | 0.06013 |');
  expect(table).toHaveLength(2 + Object.keys(NO_USAGE).length + 1);
});
