import { randomBytes } from 'node:crypto';
import type { Write } from '@batchrock/core';
import { FakeClock, seededRandom } from '@batchrock/testkit';
import { describeLedger } from '@batchrock/testkit/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DynamoServer, startDynamoServer } from '../testing/dynamo-server.ts';
import { cancelled, ServiceFault } from '../testing/dynamo-table.ts';
import { createDynamoLedger, type DynamoLedger } from './index.ts';

const TABLE = 'ledger';

function openLedger(url: string, clock = new FakeClock({ auto: true })): DynamoLedger {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return createDynamoLedger({
    endpoint: url,
    region: 'us-east-1',
    credentials,
    table: TABLE,
    clock,
    random: seededRandom(1),
    maxSockets: 32,
  });
}

describeLedger(
  'DynamoDB, as its documentation has it',
  async () => {
    const server = await startDynamoServer();
    server.table.pageItems = 2;
    const open: DynamoLedger[] = [];
    const another = async () => {
      const ledger = openLedger(server.url);
      open.push(ledger);
      return ledger;
    };
    return {
      ledger: await another(),
      another,
      async close() {
        for (const ledger of open) ledger.destroy();
        await server.close();
      },
    };
  },
  { runs: 25 },
);

describe('the ledger on DynamoDB', () => {
  let server: DynamoServer;
  let ledger: DynamoLedger;
  let clock: FakeClock;

  beforeEach(async () => {
    server = await startDynamoServer();
    clock = new FakeClock({ auto: true });
    ledger = openLedger(server.url, clock);
  });
  afterEach(async () => {
    ledger.destroy();
    await server.close();
  });

  const isCommit = (operation: string): boolean => operation === 'TransactWriteItems' || operation === 'PutItem';
  /** The n-th try of a commit, from 1, meets this. */
  const onCommit = (faults: Readonly<Record<number, ReturnType<DynamoServer['fault']>>>) => {
    let n = 0;
    server.fault = (operation) => (isCommit(operation) ? faults[++n] : undefined);
  };
  const commits = () => server.calls.filter(({ operation }) => isCommit(operation));
  const two = (expect: number | 'absent', body?: unknown): Write[] => [put('a', expect, body), put('b', expect, body)];

  it('puts one item alone without a transaction, which costs half, and two in one', async () => {
    expect(await ledger.commit([put('a', 'absent')])).toBe('done');
    expect(await ledger.commit([put('a', 'absent')])).toEqual({ stale: ['a'] });
    expect(await ledger.commit([put('a', 1), { check: 'b', expect: 'absent' }])).toBe('done');
    expect(await ledger.commit([{ remove: 'a', expect: 2 }])).toBe('done');
    const operations = server.calls.map(({ operation }) => operation);
    expect(operations).toEqual(['PutItem', 'PutItem', 'TransactWriteItems', 'TransactWriteItems']);
  });

  it('waits for a transaction that holds the item of a put alone', async () => {
    onCommit({ 1: new ServiceFault('TransactionConflictException') });
    expect(await ledger.commit([put('a', 'absent')])).toBe('done');
    expect(commits()).toHaveLength(2);
  });

  it('packs a body where that makes the item cheaper to write, and only there', async () => {
    const holders = Array.from({ length: 20 }, (_, part) => ({ jobName: `batchrock-${part}`, run: 'r-0000000001', part }));
    await ledger.commit([put('a', 'absent', { holders })]);
    await ledger.commit([put('b', 'absent', { holders: holders.slice(0, 5) })]);
    expect(server.table.items.get('a')).toMatchObject({ packed: { B: expect.any(String) } });
    expect(server.table.items.get('a')).not.toHaveProperty('body');
    expect(server.table.items.get('b')).not.toHaveProperty('packed');
    expect((await ledger.get('a'))?.body).toEqual({ holders });
    // what the users of a queue read themselves stays text
    await ledger.commit([{ put: { key: 'f', schema: 'file/1', body: { holders }, indexes: [] }, expect: 'absent' }]);
    expect(server.table.items.get('f')).toMatchObject({ body: { S: JSON.stringify({ holders }) } });
    server.table.items.set('a', { ...server.table.items.get('a'), packed: { B: 'bm8=' } });
    await expect(ledger.get('a')).rejects.toMatchObject({ code: 'BR-E0205' });
  });

  it('waits for a conflict with another transaction, which is no stale version', async () => {
    await ledger.commit([put('a', 'absent')]);
    onCommit({ 1: cancelled(['TransactionConflict', undefined]), 2: cancelled([undefined, 'TransactionConflict']) });
    const began = clock.now();
    expect(await ledger.commit([put('a', 1), put('b', 'absent')])).toBe('done');
    expect(commits()).toHaveLength(4);
    expect(clock.now()).toBeGreaterThan(began);
  });

  it('says that it is contended when the conflicts do not end, and has changed nothing', async () => {
    server.fault = (operation) => (isCommit(operation) ? cancelled(['TransactionConflict', undefined]) : undefined);
    expect(await ledger.commit(two('absent'))).toBe('contended');
    expect(commits()).toHaveLength(8);
    expect(server.table.items.size).toBe(0);
  });

  it('gives way for longer and longer, and not in step', async () => {
    const pauses: number[] = [];
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (ms, signal) => {
      pauses.push(ms);
      return sleep(ms, signal);
    };
    server.fault = () => cancelled(['TransactionConflict']);
    await ledger.commit([put('a', 'absent')]);
    expect(pauses).toHaveLength(7);
    for (const [i, pause] of pauses.entries()) expect(pause).toBeLessThanOrEqual(Math.min(1_000, 40 * 2 ** i));
    expect(new Set(pauses.map((pause, i) => pause / Math.min(1_000, 40 * 2 ** i))).size).toBe(7);
  });

  it('names the stale keys beside a conflict: a condition that did not hold will not hold later', async () => {
    onCommit({ 1: cancelled(['TransactionConflict', 'ConditionalCheckFailed']) });
    expect(await ledger.commit([put('a', 'absent'), put('b', 3)])).toEqual({ stale: ['b'] });
    expect(commits()).toHaveLength(1);
  });

  it.each([
    ['a transaction', cancelled(['ThrottlingError'])],
    ['a partition', cancelled(['ProvisionedThroughputExceeded'])],
    ['the table', new ServiceFault('ProvisionedThroughputExceededException')],
    ['the account', new ServiceFault('RequestLimitExceeded')],
    ['calls', new ServiceFault('ThrottlingException')],
  ])('tries again when %s is throttled, and says so when that goes on', async (_, fault) => {
    onCommit({ 1: fault, 2: fault });
    expect(await ledger.commit([put('a', 'absent')])).toBe('done');
    server.fault = () => fault;
    await expect(ledger.commit([put('a', 1)])).rejects.toMatchObject({ code: 'BR-E0502', reason: 'throttled', effect: 'none' });
    expect((await openItem('a'))?.['v']).toEqual({ N: '1' });
  });

  it('reads again when a read is throttled or breaks off', async () => {
    await ledger.commit([put('a', 'absent')]);
    const faults = [
      new ServiceFault('ProvisionedThroughputExceededException'),
      'lost-before',
      new ServiceFault('InternalServerError', 'x', 500),
    ] as const;
    let n = 0;
    server.fault = () => faults[n++];
    expect(await ledger.get('a')).toMatchObject({ version: 1 });
    n = 0;
    expect((await ledger.page({ index: 'runs', at: 'all' })).items).toEqual([]);
    server.fault = () => 'lost-before';
    await expect(ledger.get('a')).rejects.toMatchObject({ code: 'BR-E0503', reason: 'unavailable' });
  });

  it('is done once though the answer was lost: the token tells', async () => {
    await ledger.commit(two('absent'));
    onCommit({ 1: 'lost-after' });
    expect(await ledger.commit(two(1, 'mine'))).toBe('done');
    expect(await ledger.get('a')).toMatchObject({ version: 2, body: 'mine' });
    const [, first, second] = commits().map(({ request }) => request.ClientRequestToken);
    expect(first).toBe(second);
  });

  it('is done once though the answer was lost and the token forgotten: the items tell', async () => {
    server.table.remembersTokens = false;
    await ledger.commit([put('a', 'absent'), put('b', 'absent')]);
    onCommit({ 1: 'lost-after' });
    expect(await ledger.commit([put('a', 1, 'mine'), { check: 'b', expect: 1 }])).toBe('done');
    expect(await ledger.get('a')).toMatchObject({ version: 2, body: 'mine' });
  });

  it('is done once though the answer to a put alone was lost, which no token tells: the item tells', async () => {
    await ledger.commit([put('a', 'absent')]);
    onCommit({ 1: 'lost-after' });
    expect(await ledger.commit([put('a', 1, 'mine')])).toBe('done');
    expect(await ledger.get('a')).toMatchObject({ version: 2, body: 'mine' });
  });

  it('is done though another has changed one of its items since', async () => {
    server.table.remembersTokens = false;
    await ledger.commit([put('a', 'absent'), put('b', 'absent')]);
    const other = openLedger(server.url);
    let n = 0;
    server.fault = (operation) => (isCommit(operation) && ++n === 1 ? 'lost-after' : undefined);
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (ms, signal) => {
      expect(await other.commit([put('a', 2, 'theirs')])).toBe('done');
      await sleep(ms, signal);
    };
    expect(await ledger.commit([put('a', 1, 'mine'), put('b', 1, 'mine')])).toBe('done');
    expect(await ledger.get('a')).toMatchObject({ version: 3, body: 'theirs' });
    other.destroy();
  });

  it('throws where it cannot tell whether a commit took effect, and calls it neither done nor stale', async () => {
    server.table.remembersTokens = false;
    await ledger.commit([put('a', 'absent')]);
    onCommit({ 1: 'lost-after' });
    await expect(ledger.commit([{ remove: 'a', expect: 1 }])).rejects.toMatchObject({ code: 'BR-E0503', effect: 'unknown' });
    expect(await ledger.get('a')).toBeUndefined();
  });

  it('is stale after an answer that was lost before anything happened only by proof', async () => {
    await ledger.commit([put('a', 'absent')]);
    const other = openLedger(server.url);
    onCommit({ 1: 'lost-before' });
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (ms, signal) => {
      await other.commit([put('a', 1, 'theirs')]);
      await sleep(ms, signal);
    };
    await expect(ledger.commit([put('a', 1, 'mine')])).rejects.toMatchObject({ code: 'BR-E0503', effect: 'unknown' });
    expect(await ledger.get('a')).toMatchObject({ version: 2, body: 'theirs' });
    other.destroy();
  });

  it('waits for its own transaction that is still under way', async () => {
    onCommit({ 1: 'lost-before', 2: new ServiceFault('TransactionInProgressException') });
    expect(await ledger.commit(two('absent'))).toBe('done');
    server.fault = () => new ServiceFault('TransactionInProgressException');
    await expect(ledger.commit(two(1))).rejects.toMatchObject({ code: 'BR-E0503', effect: 'unknown' });
  });

  it('never says contended, stale or throttled of a commit that may have taken effect', async () => {
    for (const later of [
      cancelled(['TransactionConflict']),
      new ServiceFault('ThrottlingException'),
      new ServiceFault('AccessDeniedException'),
    ]) {
      let n = 0;
      server.fault = () => (++n === 1 ? 'lost-before' : later);
      await expect(ledger.commit([put('a', 'absent')])).rejects.toMatchObject({ code: 'BR-E0503', effect: 'unknown' });
    }
  });

  it('refuses an item of more than 400 KB, and a commit of more than 4 MB, before it sends them', async () => {
    // nothing makes random bytes smaller: as text they pack into what they were, and some more
    const text = (bytes: number) => randomBytes(bytes).toString('base64');
    await expect(ledger.commit([put('a', 'absent', text(409_600))])).rejects.toMatchObject({ code: 'BR-E0212', kind: 'state' });
    const eleven = Array.from({ length: 11 }, (_, i) => put(`a${i}`, 'absent', text(396_000)));
    await expect(ledger.commit(eleven)).rejects.toMatchObject({ code: 'BR-E0212', message: expect.stringContaining('11 items') });
    expect(server.calls).toEqual([]);
    expect(await ledger.commit(eleven.slice(1))).toBe('done');
  });

  it.each([
    ['an item', cancelled(['None', 'ValidationError'], 'Item size to update has exceeded the maximum allowed size')],
    ['a collection', cancelled([undefined, 'ItemCollectionSizeLimitExceeded'])],
  ])('tells that %s is too large for DynamoDB, and does not try again', async (_, fault) => {
    server.fault = () => fault;
    const commit = ledger.commit([put('a', 'absent'), put('b', 'absent')]);
    await expect(commit).rejects.toMatchObject({ code: 'BR-E0212', message: expect.stringContaining('b: ') });
    expect(server.calls).toHaveLength(1);
  });

  it('tells a table that is not there, one that may not be used, and one that holds something else', async () => {
    server.fault = () => new ServiceFault('ResourceNotFoundException');
    await expect(ledger.get('a')).rejects.toMatchObject({ code: 'BR-E0504', message: expect.stringContaining('no such table') });
    await expect(ledger.commit([put('a', 'absent')])).rejects.toMatchObject({ code: 'BR-E0504', effect: 'none' });
    server.fault = () => new ServiceFault('AccessDeniedException');
    await expect(ledger.commit([put('a', 'absent')])).rejects.toMatchObject({
      code: 'BR-E0501',
      effect: 'none',
      hint: expect.stringContaining('dynamodb:GetItem'),
    });
    server.fault = () => undefined;
    server.table.items.set('a', { pk: { S: 'a' }, waiter: { S: 'x' } });
    await expect(ledger.get('a')).rejects.toMatchObject({ code: 'BR-E0205' });
  });

  it('stops waiting when it is cancelled', async () => {
    const controller = new AbortController();
    const still = new FakeClock();
    const waiting = openLedger(server.url, still);
    server.fault = () => {
      setImmediate(() => controller.abort());
      return new ServiceFault('ThrottlingException');
    };
    await expect(waiting.commit([put('a', 'absent')], { signal: controller.signal })).rejects.toMatchObject({
      kind: 'cancelled',
    });
    waiting.destroy();
  });

  it('begins a page after the later of cursor and after', async () => {
    for (const sort of ['1', '2', '3', '4']) await ledger.commit([put(`k${sort}`, 'absent', {}, sort)]);
    const keys = async (query: { cursor?: string; after?: string }) =>
      (await ledger.page({ index: 'parts', at: 'r', ...query })).items.map(({ key }) => key);
    const { cursor = '' } = await ledger.page({ index: 'parts', at: 'r', limit: 2 });
    expect(await keys({ cursor, after: '1' })).toEqual(['k3', 'k4']);
    expect(await keys({ cursor, after: '3' })).toEqual(['k4']);
  });

  const openItem = async (key: string) => server.table.items.get(key);
});

function put(key: string, expect: number | 'absent', body: unknown = {}, sort?: string): Write {
  const indexes = sort === undefined ? [] : [{ index: 'parts', at: 'r', sort } as const];
  return { put: { key, schema: 'test/1', body, indexes }, expect };
}
