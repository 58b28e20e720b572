import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendTaskHeartbeatCommand, SFNClient } from '@aws-sdk/client-sfn';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { createServiceClock } from '@batchrock/local';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { answerSqs, createQueues, type Queues } from '../queues/index.ts';
import { ADMINISTRATOR, credentialsFor, type Front, openFront } from './index.ts';

const place = { partition: 'aws', region: 'eu-west-1', account: '123456789012' };
const roleArn = 'arn:aws:iam::123456789012:role/worker';

/** A server in moto's place: says how many calls of DynamoDB it has had at once, and answers others when all of them are there. */
let behind: Server;
let front: Front;
let queues: Queues;
let tablesAsked: { now: number; most: number };
let others: (() => void)[];
let asked: string[];
let refusal: string | undefined;

const AT_ONCE = 8;

beforeAll(async () => {
  behind = createServer(async (request, response) => {
    const end = (): void => void response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
    request.resume();
    if (!String(request.headers['x-amz-target']).startsWith('DynamoDB')) {
      others.push(end);
      if (others.length === AT_ONCE) for (const answer of others) answer();
      return;
    }
    tablesAsked.now += 1;
    tablesAsked.most = Math.max(tablesAsked.most, tablesAsked.now);
    // as long as it takes the other requests to come, were they let in
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    tablesAsked.now -= 1;
    end();
  });
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
  front = await openFront();
});
beforeEach(() => {
  tablesAsked = { now: 0, most: 0 };
  others = [];
  asked = [];
  refusal = undefined;
  queues = createQueues({ place, clock: createServiceClock() });
  front.serve({
    place,
    motoUrl: `http://127.0.0.1:${(behind.address() as AddressInfo).port}`,
    machines: { headers: () => ({}), wake: (work) => work(), close: () => {} },
    sqs: (operation, body) => answerSqs(queues, operation, body, front.url),
    invoke: async () => ({ statusCode: 404, payload: new Uint8Array() }),
    async judge(_, permissions) {
      asked.push(...permissions.map(({ action, resource }) => `${action} ${resource.split(':').at(-1)}`));
      return refusal;
    },
  });
});
afterAll(async () => {
  await front?.close();
  behind?.close();
});

const clientOf = (credentials = ADMINISTRATOR) => {
  return { endpoint: front.url, region: place.region, credentials, maxAttempts: 1 };
};

test('the SDK makes a queue, sends, receives, changes and deletes, alone and in batches', async () => {
  const sqs = new SQSClient(clientOf(credentialsFor(roleArn)));
  const Attributes = { VisibilityTimeout: '120' };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'work', Attributes }));
  expect(QueueUrl).toBe(`${front.url}/123456789012/work`);
  expect(await sqs.send(new GetQueueUrlCommand({ QueueName: 'work' }))).toMatchObject({ QueueUrl });
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'größer', MessageAttributes }));
  const Entries = [
    { Id: 'a', MessageBody: 'a' },
    { Id: 'b', MessageBody: 'b', DelaySeconds: 1_000 },
  ];
  const { Successful, Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect([Successful?.map(({ Id }) => Id), Failed?.map(({ Id, Code }) => [Id, Code])]).toEqual([
    ['a'],
    [['b', 'InvalidParameterValue']],
  ]);
  const receive = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['ApproximateReceiveCount'],
  });
  const { Messages = [] } = await sqs.send(receive);
  expect(Messages).toMatchObject([
    { Body: 'größer', Attributes: { ApproximateReceiveCount: '1' }, MessageAttributes },
    { Body: 'a' },
  ]);
  const handles = Messages.map(({ ReceiptHandle }) => ReceiptHandle ?? '');
  await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: handles[0], VisibilityTimeout: 0 }));
  const counts = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  expect((await sqs.send(counts)).Attributes).toMatchObject({
    QueueArn: 'arn:aws:sqs:eu-west-1:123456789012:work',
    VisibilityTimeout: '120',
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesNotVisible: '1',
  });
  const doomed = handles.map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: doomed }));
  expect(queues.get('work').nextVisible()).toBeUndefined();
  expect(asked).toEqual(
    [
      ...['CreateQueue', 'GetQueueUrl', 'SendMessage', 'SendMessage', 'ReceiveMessage'],
      ...['ChangeMessageVisibility', 'GetQueueAttributes', 'DeleteMessage'],
    ].map((action) => `sqs:${action} work`),
  );
  sqs.destroy();
});

test('the SDK is told what SQS refuses, by the names of the service, and what the role may not do', async () => {
  const sqs = new SQSClient(clientOf(credentialsFor(roleArn)));
  const QueueUrl = `${front.url}/123456789012/none`;
  await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  queues.create('none', {});
  const change = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'x', VisibilityTimeout: 0 });
  await expect(sqs.send(change)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  refusal = 'not you';
  await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  sqs.destroy();
});

test('calls of DynamoDB go to moto one after the other, those of other services as they come', async () => {
  const dynamodb = new DynamoDBClient(clientOf());
  const sfn = new SFNClient(clientOf());
  const get = new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } });
  await Promise.all(Array.from({ length: AT_ONCE }, () => dynamodb.send(get)));
  await Promise.all(Array.from({ length: AT_ONCE }, () => sfn.send(new SendTaskHeartbeatCommand({ taskToken: 't' }))));
  expect(tablesAsked.most).toBe(1);
  expect(others).toHaveLength(AT_ONCE);
  dynamodb.destroy();
  sfn.destroy();
});
