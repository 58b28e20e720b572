import { createServiceClock, type ServiceClock } from '@batchrock/local';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createQueues, type Queue, type Queues } from './index.ts';

const DAY = 24 * 3600;
let clock: ServiceClock;
let queues: Queues;
let queue: Queue;
let dead: Queue;
beforeEach(() => {
  // the wall's clock stands: only the account's goes on
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  clock = createServiceClock();
  queues = createQueues({ place: { partition: 'aws', region: 'eu-west-1', account: '123456789012' }, clock });
  dead = queues.create('dead', { MessageRetentionPeriod: String(14 * DAY) });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
  queue = queues.create('work', { VisibilityTimeout: '60', RedrivePolicy });
});
afterEach(() => void vi.useRealTimers());

const pass = (seconds: number): Promise<void> => clock.advance(seconds * 1000);
const bodies = (from: Queue, most = 10): string[] => from.receive(most).map(({ body }) => body);
/** Receives one message, of which the test knows that it is there. */
function one(from: Queue) {
  const [message] = from.receive(1);
  if (message === undefined) throw new Error('there is no message');
  return message;
}

describe('a message', () => {
  test('is invisible after a receive until its timeout has gone by on the clock, then comes with a higher count', async () => {
    const id = queue.send({ body: 'a' });
    expect(one(queue)).toMatchObject({ id, body: 'a', receiveCount: 1 });
    await pass(59);
    expect(bodies(queue)).toEqual([]);
    await pass(1);
    expect(one(queue)).toMatchObject({ id, receiveCount: 2 });
  });

  test('that was received as often as the redrive policy says goes to the dead letters with the next receive', async () => {
    queue.send({ body: 'a' });
    for (let i = 0; i < 2; i += 1) {
      expect(bodies(queue)).toEqual(['a']);
      await pass(60);
    }
    expect(dead.counts().visible).toBe(0);
    expect(bodies(queue)).toEqual([]);
    expect(queue.counts()).toEqual({ visible: 0, notVisible: 0, delayed: 0 });
    expect(bodies(dead)).toEqual(['a']);
  });

  test('is deleted by its latest receipt handle, also when it is visible again, and not by an older one', async () => {
    queue.send({ body: 'a' });
    const first = one(queue);
    await pass(60);
    const second = one(queue);
    queue.delete(first.receiptHandle);
    expect(queue.counts().notVisible).toBe(1);
    await pass(60);
    queue.delete(second.receiptHandle);
    queue.delete(second.receiptHandle);
    expect(queue.nextVisible()).toBeUndefined();
  });

  test('is visible earlier or later where its visibility is changed, which it may not be once it is visible', async () => {
    queue.send({ body: 'a' });
    const first = one(queue);
    queue.changeVisibility(first.receiptHandle, 0);
    const second = one(queue);
    expect(() => queue.changeVisibility(first.receiptHandle, 5)).toThrow('not in flight');
    queue.changeVisibility(second.receiptHandle, 120);
    await pass(119);
    expect(bodies(queue)).toEqual([]);
    await pass(1);
    expect(() => queue.changeVisibility(second.receiptHandle, 5)).toThrow('not in flight');
    expect(() => queue.changeVisibility('nonsense', 5)).toThrow('not a valid receipt handle');
  });

  test('is delayed, kept for so long and no longer, and counted', async () => {
    queue.send({ body: 'a', delaySeconds: 30 });
    queue.send({ body: 'b' });
    queue.send({ body: 'c' });
    expect(bodies(queue, 1)).toEqual(['b']);
    expect(queue.counts()).toEqual({ visible: 1, notVisible: 1, delayed: 1 });
    await pass(30);
    expect(bodies(queue)).toEqual(['a', 'c']);
    await pass(4 * DAY - 31);
    expect(queue.oldestAgeSeconds()).toBe(4 * DAY - 1);
    expect(queue.counts().visible).toBe(3);
    await pass(1);
    expect(queue.counts().visible).toBe(0);
  });

  test('that is empty, too large or delayed for too long is refused', () => {
    expect(() => queue.send({ body: '' })).toThrow('MessageBody');
    expect(() => queue.send({ body: 'x'.repeat(1_048_577) })).toThrow('shorter than 1048576 bytes');
    expect(() => queue.send({ body: 'x', delaySeconds: 901 })).toThrow('<= 900');
    expect(() => queue.receive(11)).toThrow('between 1 and 10');
  });

  test('comes twice by a fault, even when the first is deleted', async () => {
    queues.faults.double('work', 1, 300);
    queue.send({ body: 'a' });
    const first = one(queue);
    queue.delete(first.receiptHandle);
    await pass(299);
    expect(bodies(queue)).toEqual([]);
    await pass(1);
    const second = one(queue);
    expect(second.id).toBe(first.id);
    queue.delete(second.receiptHandle);
    await pass(3600);
    expect(queue.nextVisible()).toBeUndefined();
  });
});

describe('a queue', () => {
  test('tells whoever watches it of what may become visible at another time', () => {
    let told = 0;
    const end = queue.watch(() => {
      told += 1;
    });
    queue.send({ body: 'a' });
    const { receiptHandle } = one(queue);
    queue.changeVisibility(receiptHandle, 0);
    expect(told).toBe(3);
    end();
    queue.send({ body: 'b' });
    expect(told).toBe(3);
  });

  test('is found by name, URL and ARN, and made twice only of the same attributes', () => {
    expect(queues.get('http://127.0.0.1:1/123456789012/dead')).toBe(dead);
    expect(queues.get('arn:aws:sqs:eu-west-1:123456789012:dead')).toBe(dead);
    expect(queues.create('dead', { MessageRetentionPeriod: String(14 * DAY) })).toBe(dead);
    expect(() => queues.create('dead', {})).toThrow('exists with other attributes');
    expect(() => queues.get('nowhere')).toThrow('does not exist');
  });

  test('is refused where an attribute is out of its range or not known here, and where its dead letters have no queue', () => {
    expect(() => queues.create('q', { VisibilityTimeout: '43201' })).toThrow('VisibilityTimeout');
    expect(() => queues.create('q', { FifoQueue: 'true' })).toThrow('FifoQueue');
    expect(() => queues.create('q.fifo', {})).toThrow('q.fifo');
    const policy = { deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:123456789012:none', maxReceiveCount: 1 };
    expect(() => queues.create('q', { RedrivePolicy: JSON.stringify(policy) })).toThrow('does not exist');
    expect(() => queues.create('q', { RedrivePolicy: JSON.stringify({ ...policy, maxReceiveCount: 0 }) })).toThrow('1 to 1000');
  });
});
