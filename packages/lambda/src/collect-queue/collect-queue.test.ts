import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { comeAgain, messagesOf } from '../sqs/index.ts';
import { type OrchestratorAccount, startOrchestratorAccount } from '../testing/orchestrator-account.ts';
import { type CollectQueue, createCollectQueue, partOfMessage } from './collect-queue.ts';

describe('the collect queue', () => {
  let account: OrchestratorAccount;
  let client: SQSClient;
  let queue: CollectQueue;
  beforeEach(async () => {
    account = await startOrchestratorAccount();
    const { AWS_ENDPOINT_URL_SQS: endpoint, COLLECT_QUEUE_URL: url } = account.env;
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
    client = new SQSClient({ endpoint: endpoint ?? '', region: 'us-east-1', credentials, maxAttempts: 1 });
    queue = createCollectQueue(client, url ?? '');
  });
  afterEach(async () => {
    client.destroy();
    await account.close();
  });

  it('takes any number of parts, ten in a call, and gives them back as they were', async () => {
    const parts = Array.from({ length: 25 }, (_, part) => ({ run: 'r-1', attempt: 2, part }));
    await queue.send(parts);
    await queue.send([]);
    expect(account.sqsCalls).toEqual([10, 10, 5]);
    expect(account.messages.map(partOfMessage)).toEqual(parts);
    await queue.showAgain('handle', 60);
  });

  it('says so when it refuses some of them', async () => {
    account.refuseMessages();
    await expect(queue.send([{ run: 'r-1', attempt: 1, part: 0 }])).rejects.toMatchObject({
      code: 'BR-E0503',
      message: expect.stringContaining('1 of 1 messages were refused: InternalError'),
    });
  });
});

it('messages of an event are told apart by their ids', () => {
  const record = { messageId: 'a', receiptHandle: 'h', body: 'x', attributes: { ApproximateReceiveCount: '3' } };
  const messages = messagesOf({ Records: [record, { messageId: 'b', receiptHandle: 'i', body: 'y' }] });
  expect(messages).toEqual([
    { messageId: 'a', receiptHandle: 'h', body: 'x', receiveCount: 3 },
    { messageId: 'b', receiptHandle: 'i', body: 'y', receiveCount: 1 },
  ]);
  expect(comeAgain(messages.slice(1))).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
  for (const event of [undefined, null, 'x', {}, { Records: {} }]) expect(messagesOf(event)).toEqual([]);
});
