import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createS3ObjectStore } from '@batchrock/aws';
import { createDynamoLedger, createLedgerTable, type DynamoLedger } from '@batchrock/aws/dynamodb';
import { nodeClock, nodeRandom } from 'batchrock/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryLedger } from '../memory/index.ts';
import { describeLedger } from './ledger.ts';
import { type MotoBehindFront, startMotoBehindFront } from './moto.ts';
import { describeObjectStore } from './object-store.ts';
import { wholeRun } from './whole-run.ts';

// A server of AWS's protocols that is not ours.
const shared = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
/** Runs of commands: a call takes moto some ten milliseconds. 1,000 are done by BATCHROCK_LEDGER_RUNS=1000. */
const RUNS = Number(process.env['BATCHROCK_LEDGER_RUNS'] ?? 10);
let moto: MotoBehindFront;
let tables = 0;

beforeAll(async () => {
  moto = await startMotoBehindFront();
});
afterAll(() => moto?.close());

/** A new table and as many ways to it as are asked for. */
async function openTable() {
  const at = { ...shared, endpoint: moto.url, table: `ledger-${++tables}`, clock: nodeClock, random: nodeRandom };
  await createLedgerTable(at);
  const open: DynamoLedger[] = [];
  const another = async () => {
    const ledger = createDynamoLedger(at);
    open.push(ledger);
    return ledger;
  };
  const close = async () => {
    for (const ledger of open) ledger.destroy();
  };
  return { at, ledger: await another(), another, close };
}

describeLedger('DynamoDB on moto', openTable, { runs: RUNS });

describeObjectStore('S3 on moto', async () => {
  const bucket = 'objects-at-moto';
  await fetch(`${moto.url}/${bucket}`, { method: 'PUT' });
  const store = createS3ObjectStore({ ...shared, endpoint: moto.url, bucket });
  return { store, close: async () => store.destroy() };
});

describe('a ledger on moto', () => {
  const item = (body: number) => ({ key: 'a', schema: 'test/1', body, indexes: [] });

  it('commits once though the answer is lost and the token is none that the server knows', async () => {
    const { ledger, close } = await openTable();
    await ledger.commit([{ put: item(1), expect: 'absent' }]);
    moto.loseAnswerOf('TransactWriteItems');
    expect(await ledger.commit([{ put: item(2), expect: 1 }])).toBe('done');
    expect(await ledger.get('a')).toMatchObject({ version: 2, body: 2 });
    await close();
  });

  it('is in a table that is made once, and in no other', async () => {
    const { at, ledger, close } = await openTable();
    await ledger.commit([{ put: item(1), expect: 'absent' }]);
    await createLedgerTable(at);
    expect(await ledger.get('a')).toMatchObject({ body: 1 });
    await close();
    const client = new DynamoDBClient({ ...shared, endpoint: moto.url });
    const other = { TableName: 'waiters', BillingMode: 'PAY_PER_REQUEST' } as const;
    const AttributeDefinitions = [{ AttributeName: 'waiter', AttributeType: 'S' } as const];
    const KeySchema = [{ AttributeName: 'waiter', KeyType: 'HASH' } as const];
    await client.send(new CreateTableCommand({ ...other, AttributeDefinitions, KeySchema }));
    client.destroy();
    await expect(createLedgerTable({ ...at, table: 'waiters' })).rejects.toMatchObject({
      code: 'BR-E0205',
      message: expect.stringContaining('its key is waiter, the indexes runs, parts, events, open are missing'),
    });
    const missing = createDynamoLedger({ ...at, table: 'none' });
    await expect(missing.get('a')).rejects.toMatchObject({ code: 'BR-E0504', message: expect.stringContaining('no such table') });
    missing.destroy();
  });

  it('carries a whole run of two processes to the results that it has over memory', async () => {
    const { ledger, another, close } = await openTable();
    const run = await wholeRun([ledger, await another()]);
    await close();
    expect(run).toMatchObject({ attempts: 3, jobs: expect.any(Number) });
    expect(run.results.trim().split('\n')).toHaveLength(45);
    const memory = new MemoryLedger();
    expect(run).toEqual(await wholeRun([memory]));
  });
});
