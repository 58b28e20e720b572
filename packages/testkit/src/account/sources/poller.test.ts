import { createHash } from 'node:crypto';
import { createServiceClock, type ServiceClock } from '@batchrock/local';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { InvokeAnswer } from '../functions/index.ts';
import { createQueues, type Queue, type Queues } from '../queues/index.ts';
import { createEventSources, type EventSources, type Mapping } from './index.ts';

interface Invocation {
  /** The bodies of its messages. */
  readonly bodies: readonly string[];
  /** Seconds of the clock since the test began. */
  readonly at: number;
  readonly end: (answer: InvokeAnswer) => void;
}

let clock: ServiceClock;
let queues: Queues;
let queue: Queue;
let dead: Queue;
let sources: EventSources;
let invocations: Invocation[];
let events: Record<string, unknown>[][];
/** What the function answers at once; where it is undefined, the test ends the invocation. */
let answer: ((bodies: readonly string[], ids: readonly string[]) => InvokeAnswer) | undefined;
let refused: Set<string>;
let asked: string[];
let start: number;
beforeEach(() => {
  // the wall's clock stands: only the account's goes on
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  clock = createServiceClock();
  start = clock.now();
  queues = createQueues({ place: { partition: 'aws', region: 'eu-west-1', account: '123456789012' }, clock });
  dead = queues.create('dead', {});
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
  queue = queues.create('work', { VisibilityTimeout: '60', RedrivePolicy });
  invocations = [];
  events = [];
  asked = [];
  refused = new Set();
  answer = () => SUCCESS;
  sources = createEventSources({
    queues,
    clock,
    isAllowed: async (_, action) => {
      asked.push(action);
      return !refused.has(action);
    },
    invoke: (_, event) => {
      const { Records } = JSON.parse(event) as { Records: Record<string, unknown>[] };
      events.push(Records);
      const bodies = Records.map(({ body }) => String(body));
      const at = Math.round((clock.now() - start) / 1000);
      return new Promise((resolve) => {
        invocations.push({ bodies, at, end: resolve });
        const ids = Records.map(({ messageId }) => String(messageId));
        if (answer !== undefined) resolve(answer(bodies, ids));
      });
    },
  });
});
afterEach(() => {
  sources.close();
  vi.useRealTimers();
});

const SUCCESS: InvokeAnswer = { statusCode: 200, payload: Buffer.from('null') };
const FAILURE: InvokeAnswer = { statusCode: 200, functionError: 'Unhandled', payload: Buffer.from('{}') };
const THROTTLED: InvokeAnswer = { statusCode: 429, payload: Buffer.from('{}') };
const failing = (ids: readonly string[]): InvokeAnswer => {
  const batchItemFailures = ids.map((itemIdentifier) => ({ itemIdentifier }));
  return { statusCode: 200, payload: Buffer.from(JSON.stringify({ batchItemFailures })) };
};
const poll = (change: Partial<Mapping> = {}): void =>
  sources.set({
    id: 'm',
    queueArn: queue.arn,
    functionName: 'f',
    isEnabled: true,
    batchSize: 10,
    windowSeconds: 0,
    reportsItemFailures: true,
    ...change,
  });
const send = (...texts: readonly string[]): void => {
  for (const body of texts) queue.send({ body });
};
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
const batches = (): readonly (readonly string[])[] => invocations.map(({ bodies }) => bodies);
const pass = (seconds: number): Promise<void> => clock.advance(seconds * 1000);

describe('a poller', () => {
  test('hands messages over in the shape of Lambda and deletes them', async () => {
    poll();
    const id = queue.send({ body: '{"n":1}', attributes: { kind: { DataType: 'String', StringValue: 'x' } } });
    await clock.idle();
    expect(events).toEqual([
      [
        {
          messageId: id,
          receiptHandle: expect.any(String) as string,
          body: '{"n":1}',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/) as string,
            SenderId: expect.any(String) as string,
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/) as string,
          },
          messageAttributes: {
            kind: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
          },
          md5OfBody: createHash('md5').update('{"n":1}').digest('hex'),
          eventSource: 'aws:sqs',
          eventSourceARN: queue.arn,
          awsRegion: 'eu-west-1',
        },
      ],
    ]);
    expect(queue.nextVisible()).toBeUndefined();
  });

  test('leaves what the function names to the visibility timeout, and then to the dead letters', async () => {
    answer = (bodies, ids) => failing(ids.filter((_, i) => bodies[i] === 'bad'));
    send('good', 'bad', 'better');
    poll();
    await pass(59);
    expect(batches()).toEqual([['good', 'bad', 'better']]);
    expect(queue.counts()).toMatchObject({ visible: 0, notVisible: 1 });
    await pass(600);
    expect(invocations.slice(1).map(({ bodies, at }) => [...bodies, at])).toEqual([
      ['bad', 60],
      ['bad', 120],
    ]);
    expect(events.map(([first]) => first?.['attributes'])).toMatchObject(
      ['1', '2', '3'].map((ApproximateReceiveCount) => ({ ApproximateReceiveCount })),
    );
    expect(queue.nextVisible()).toBeUndefined();
    expect(dead.receive(10).map(({ body }) => body)).toEqual(['bad']);
  });

  test('leaves the whole batch where the function fails, or where the mapping does not ask for single failures', async () => {
    answer = () => FAILURE;
    send('a', 'b');
    poll();
    await clock.idle();
    expect(queue.counts().notVisible).toBe(2);
    answer = (_, ids) => failing(ids);
    poll({ reportsItemFailures: false });
    await pass(60);
    expect(batches()).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(queue.nextVisible()).toBeUndefined();
  });

  test('keeps to the size of a batch and to its concurrency', async () => {
    answer = undefined;
    send(...numbers(7));
    poll({ batchSize: 2, maximumConcurrency: 2 });
    await nextTurns();
    expect(batches()).toEqual([
      ['0', '1'],
      ['2', '3'],
    ]);
    invocations[1]?.end(SUCCESS);
    await nextTurns();
    expect(batches().slice(2)).toEqual([['4', '5']]);
    answer = () => SUCCESS;
    for (const { end } of invocations) end(SUCCESS);
    await clock.idle();
    expect(batches().slice(3)).toEqual([['6']]);
    expect(queue.nextVisible()).toBeUndefined();
  });

  test('begins with five batches at once where no limit is set', async () => {
    answer = undefined;
    send(...numbers(8));
    poll({ batchSize: 1 });
    await nextTurns();
    expect(invocations).toHaveLength(5);
    for (const { end } of invocations) end(SUCCESS);
    await nextTurns();
    expect(invocations).toHaveLength(8);
    for (const { end } of invocations) end(SUCCESS);
    await clock.idle();
  });

  test('gathers for the window, or until the batch is full', async () => {
    poll({ windowSeconds: 20, batchSize: 25 });
    send('a');
    await pass(19);
    send('b');
    expect(invocations).toEqual([]);
    await pass(1);
    expect(invocations).toMatchObject([{ bodies: ['a', 'b'], at: 20 }]);
    send(...numbers(30));
    await clock.idle();
    expect(batches()[1]).toEqual(numbers(25));
    await pass(20);
    expect(batches()[2]).toEqual(['25', '26', '27', '28', '29']);
    await pass(600);
    expect(invocations).toHaveLength(3);
  });

  test('tries a throttled invocation again and again until its messages are visible elsewhere', async () => {
    answer = () => THROTTLED;
    send('a');
    poll();
    await pass(59);
    expect(invocations.map(({ at }) => at)).toEqual([0, 1, 3, 7, 15, 31]);
    answer = () => SUCCESS;
    await pass(1);
    expect(invocations.map(({ at }) => at).slice(6)).toEqual([60]);
    expect(queue.nextVisible()).toBeUndefined();
  });

  test('asks nobody and sets no timer while the queue is empty, and hears of what becomes visible', async () => {
    poll();
    await pass(3600);
    expect(asked).toEqual([]);
    expect(clock.nextDue()).toBeUndefined();
    queue.send({ body: 'late', delaySeconds: 30 });
    await pass(29);
    expect(invocations).toEqual([]);
    await pass(1);
    expect(batches()).toEqual([['late']]);
    expect(asked).toEqual(['GetQueueAttributes', 'ReceiveMessage', 'DeleteMessage']);
    expect(clock.nextDue()).toBeUndefined();
  });

  test('receives nothing that the role may not receive, and looks again in a minute', async () => {
    refused.add('ReceiveMessage');
    send('a');
    poll();
    await pass(30);
    send('b');
    await pass(29);
    expect(asked).toEqual(['GetQueueAttributes', 'ReceiveMessage']);
    refused.clear();
    await pass(1);
    expect(batches()).toEqual([['a', 'b']]);
  });

  test('leaves in the queue what the role may not delete', async () => {
    refused.add('DeleteMessage');
    send('a');
    poll();
    await pass(60);
    expect(batches()).toEqual([['a'], ['a']]);
  });

  test('gives a message that SQS delivers twice to the function twice', async () => {
    queues.faults.double('work');
    send('a');
    poll();
    await clock.idle();
    expect(batches()).toEqual([['a'], ['a']]);
    expect(events[0]?.[0]?.['messageId']).toBe(events[1]?.[0]?.['messageId']);
    expect(queue.nextVisible()).toBeUndefined();
  });

  test('stops when its mapping is switched off', async () => {
    poll();
    poll({ isEnabled: false });
    send('a');
    await pass(600);
    expect(invocations).toEqual([]);
    poll();
    await clock.idle();
    expect(batches()).toEqual([['a']]);
  });
});

/** Lets everything happen that needs no timer: `idle` would wait for the invocations. */
async function nextTurns(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
