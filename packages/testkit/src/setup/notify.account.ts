import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateEventBusCommand, EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openMotoEnvironment } from '../account/moto/index.ts';
import { startMoto } from '../clients/moto.ts';
import type { ForeignServer } from '../clients/python-server.ts';
import { commandLine } from '../deploy/command-line.ts';

// SNS and EventBridge that are not ours: what a run tells them comes out of queues behind them.
const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_SESSION_TOKEN: '' };
const MODEL = 'amazon.nova-lite-v1:0';
const before = Object.fromEntries(Object.keys(KEYS).map((name) => [name, process.env[name]]));
let moto: ForeignServer;
let folder: string;
let clients: { readonly sns: SNSClient; readonly events: EventBridgeClient; readonly sqs: SQSClient };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batchrock-notify-'));
  moto = await startMoto((await openMotoEnvironment()).bin, folder);
  // the SDK's own chain of credentials reads them
  Object.assign(process.env, KEYS);
  const client = { endpoint: moto.url, region: 'us-east-1' };
  clients = { sns: new SNSClient(client), events: new EventBridgeClient(client), sqs: new SQSClient(client) };
});
beforeEach(() => fetch(`${moto.url}/moto-api/reset`, { method: 'POST' }).then(() => undefined));
afterAll(async () => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  for (const client of Object.values(clients ?? {})) client.destroy();
  await moto?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function addQueue(QueueName: string) {
  const { sqs } = clients;
  const Attributes: Record<string, string> = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const { QueueArn } = (await sqs.send(asked)).Attributes ?? {};
  const take = async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body = '' }) => JSON.parse(Body));
  };
  return { arn: QueueArn ?? '', take };
}

async function addTopic(Name: string) {
  const Attributes: Record<string, string> = Name.endsWith('.fifo') ? { FifoTopic: 'true' } : {};
  const { TopicArn = '' } = await clients.sns.send(new CreateTopicCommand({ Name, Attributes }));
  const queue = await addQueue(Name);
  await clients.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn }));
  return { arn: TopicArn, take: queue.take };
}

async function addBus(Name: string) {
  const { events } = clients;
  const { EventBusArn = '' } = await events.send(new CreateEventBusCommand({ Name }));
  const queue = await addQueue(Name);
  const EventPattern = JSON.stringify({ source: ['batchrock'], 'detail-type': ['Batchrock Run Ended'] });
  await events.send(new PutRuleCommand({ Name: 'ends', EventBusName: Name, EventPattern }));
  await events.send(new PutTargetsCommand({ Rule: 'ends', EventBusName: Name, Targets: [{ Id: '1', Arn: queue.arn }] }));
  return { arn: EventBusArn, take: queue.take };
}

const run = (argv: readonly string[]) =>
  commandLine(argv, folder, { env: { AWS_ENDPOINT_URL_SNS: moto.url, AWS_ENDPOINT_URL_EVENTBRIDGE: moto.url } });

test('topics and a bus are told how a run came out, once each', async () => {
  writeFileSync(join(folder, 'in.csv'), `id,text\n${Array.from({ length: 120 }, (_, i) => `${i},row ${i}\n`).join('')}`);
  const [topic, ordered, bus] = [await addTopic('runs'), await addTopic('runs.fifo'), await addBus('team')];
  const notify = [topic, ordered, bus].flatMap(({ arn }) => ['--notify', arn]);
  const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--out', 'out.csv', '--json', ...notify];
  const ran = await run(argv);
  expect(ran.code, ran.stderr).toBe(0);
  expect((await run(argv)).code).toBe(0);
  const { run: id } = JSON.parse(ran.stdout);
  for (const each of [topic, ordered]) {
    const [message, ...others] = await each.take();
    expect(others).toEqual([]);
    expect(message.Subject).toBe(`Batchrock run ${id}: succeeded`);
    expect(message.MessageAttributes.type.Value).toBe('Batchrock Run Ended');
    expect(JSON.parse(message.Message)).toMatchObject({ schema: 'batchrock.notification/1', run: id, status: 'succeeded' });
  }
  const [event, ...others] = await bus.take();
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    source: 'batchrock',
    'detail-type': 'Batchrock Run Ended',
    detail: { run: id, status: 'succeeded' },
  });
});

test('a topic that is not there is told, and how the run came out stays as it is', async () => {
  const gone = 'arn:aws:sns:us-east-1:123456789012:gone';
  writeFileSync(join(folder, 'b.csv'), `id,text\n${Array.from({ length: 120 }, (_, i) => `${i},row b${i}\n`).join('')}`);
  const ran = await run(['run', 'b.csv', '--model', MODEL, '--prompt', '{text}', '--out', 'b.out.csv', '--notify', gone]);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toContain(`the topic ${gone} was not notified: Publish: `);
});
