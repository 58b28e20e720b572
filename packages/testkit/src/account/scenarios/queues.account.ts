import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, type DeployedStack, startAccount } from '../index.ts';
import { QueueStack } from './queue-stack.ts';
import { synthesise } from './synthesise.ts';

let account: Account;
let stack: DeployedStack;
let work: string;
let deadLetters: string;
let worker: string;

const deploy = (name: string, props: ConstructorParameters<typeof QueueStack>[2] = {}): Promise<DeployedStack> =>
  account.deploy(
    synthesise((app) => new QueueStack(app, name, props)),
    name,
  );
const only = (from: DeployedStack, type: string, prefix = ''): string => from.find(type, prefix)[0] ?? '';

beforeAll(async () => {
  account = await startAccount();
  stack = await deploy('Queues');
  work = only(stack, 'AWS::SQS::Queue', 'Work');
  deadLetters = only(stack, 'AWS::SQS::Queue', 'DeadLetters');
  worker = only(stack, 'AWS::Lambda::Function');
});
afterAll(() => account?.close());

const MINUTE_MS = 60_000;
const send = (MessageBody: string) => account.clients.sqs.send(new SendMessageCommand({ QueueUrl: work, MessageBody }));
/** What the function has logged of messages of this body: how often each was received. */
const received = (name: string, body: string): string[] =>
  account.functions.log(name).flatMap((line) => {
    const json = line.indexOf('{"body"');
    const said = json < 0 ? undefined : (JSON.parse(line.slice(json)) as { readonly body: string; readonly count: string });
    return said?.body === body ? [said.count] : [];
  });

test('what fails alone is left alone: it is visible again in its time, and ends in the dead-letter queue', async () => {
  await send('good');
  await send('bad');
  await account.clock.idle();
  expect([received(worker, 'good'), received(worker, 'bad')]).toEqual([['1'], ['1']]);
  await account.clock.advance(4 * MINUTE_MS);
  expect(received(worker, 'bad')).toEqual(['1']);
  await account.clock.advance(MINUTE_MS);
  expect(received(worker, 'bad')).toEqual(['1', '2']);
  await account.clock.advance(5 * MINUTE_MS);
  expect([received(worker, 'good'), received(worker, 'bad')]).toEqual([['1'], ['1', '2']]);
  const { Messages = [] } = await account.clients.sqs.send(new ReceiveMessageCommand({ QueueUrl: deadLetters }));
  expect(Messages.map(({ Body }) => Body)).toEqual(['bad']);
  expect(account.refusals()).toEqual([]);
});

test('an event goes through a rule into the queue and from there to the function, which sends on what it says', async () => {
  await account.bus.put({ source: 'test', 'detail-type': 'Work', detail: { word: 'from the "rule"' } });
  await account.clock.idle();
  expect(received(worker, '{"again":["from the \\"rule\\""]}')).toEqual(['1']);
  expect(received(worker, 'from the "rule"')).toEqual(['1']);
  expect(account.refusals()).toEqual([]);
});

test('the roles of the template need each of their statements', async () => {
  expect(await account.unusedStatements()).toEqual([]);
});

test('a function whose role may not send is refused, and its message comes again', async () => {
  const other = await deploy('Silent', { isAllowedToSend: false });
  const name = only(other, 'AWS::Lambda::Function');
  await account.bus.put({ source: 'test', 'detail-type': 'Work', detail: { word: 'lost' } });
  await account.clock.idle();
  expect(received(name, 'lost')).toEqual([]);
  expect(account.refusals().map(({ action }) => action)).toContain('sqs:SendMessage');
  await account.clock.advance(5 * MINUTE_MS);
  expect(received(name, '{"again":["lost"]}')).toEqual(['1', '2']);
});
