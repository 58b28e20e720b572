import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DynamoServer, startDynamoServer } from '../testing/dynamo-server.ts';
import { WAITER as waiter } from '../testing/waiter-example.ts';
import { createWaiterTable, type WaiterTable } from './index.ts';

describe('the table of waiters', () => {
  let server: DynamoServer;
  let client: DynamoDBClient;
  let table: WaiterTable;
  beforeEach(async () => {
    server = await startDynamoServer();
    const credentials = { accessKeyId: 'k', secretAccessKey: 's' };
    client = new DynamoDBClient({ endpoint: server.url, region: 'us-east-1', credentials });
    table = createWaiterTable({ client, table: 'waiters', index: 'open', now: () => 1_000 });
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });

  it('takes a turn over what was read and over nothing else', async () => {
    expect(await table.put(waiter, undefined)).toBe(true);
    expect(await table.put({ ...waiter, taskToken: 'token-b' }, undefined)).toBe(false);
    expect(await table.put({ ...waiter, taskToken: 'token-b' }, waiter)).toBe(true);
    expect(await table.put({ ...waiter, taskToken: 'token-c' }, waiter)).toBe(false);
    expect((await table.get(waiter.waiter))?.taskToken).toBe('token-b');
  });

  it('takes no change that belongs to another turn', async () => {
    await table.put({ ...waiter, taskToken: 'token-b' }, undefined);
    const changes = [
      table.setJobArn(waiter, 'arn'),
      table.setGone(waiter, 1),
      table.setRefused(waiter, { error: 'e', cause: 'c' }),
      table.setAnswered(waiter, 'Completed'),
      table.setAbandoned(waiter),
      table.close(waiter),
    ];
    expect(await Promise.all(changes)).toEqual(changes.map(() => false));
    expect(await table.get(waiter.waiter)).toEqual({ ...waiter, taskToken: 'token-b' });
  });

  it('keeps an abandoned waiter in the index until it is closed, and an answered one not at all', async () => {
    const names = async () => (await Array.fromAsync(table.open())).map(({ jobName }) => jobName);
    await table.put(waiter, undefined);
    const other = { ...waiter, waiter: 'other', jobName: 'other-1' };
    await table.put(other, undefined);
    await table.setAbandoned(waiter);
    await table.setAnswered(other, 'Completed');
    expect(await names()).toEqual([waiter.jobName]);
    await table.close(waiter);
    expect(await names()).toEqual([]);
    expect(await table.setAnswered(other, 'Failed')).toBe(false);
  });
});
