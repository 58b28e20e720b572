import { createServiceClock, type ServiceClock } from '@batchrock/local';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Alarms, createAlarms } from './alarms.ts';
import { createQueues, type Queues } from './queues/index.ts';
import type { AlarmSettings } from './resources/index.ts';

const MINUTE_MS = 60_000;
const PERIOD_MS = 5 * MINUTE_MS;

let clock: ServiceClock;
let queues: Queues;
let errors: number[];
let failures: number[];
let alarms: Alarms;
const settings = (name: string, metric: string, dimensions: AlarmSettings['dimensions'], change: Partial<AlarmSettings> = {}) =>
  [
    name,
    { name, namespace: 'AWS/X', metric, dimensions, threshold: 1, periodSeconds: 300, evaluationPeriods: 1, ...change },
  ] as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: 100 * PERIOD_MS });
  clock = createServiceClock();
  queues = createQueues({ place: { partition: 'aws', region: 'eu-west-1', account: '123456789012' }, clock });
  queues.create('q', {});
  errors = [];
  failures = [];
  const QueueName = 'q';
  alarms = createAlarms({
    alarms: new Map([
      settings('letters', 'ApproximateNumberOfMessagesVisible', { QueueName }),
      settings('late', 'ApproximateAgeOfOldestMessage', { QueueName }, { threshold: 900 }),
      settings('sweep', 'Errors', { FunctionName: 'f' }, { namespace: 'AWS/Lambda', evaluationPeriods: 2 }),
      settings('executions', 'ExecutionsFailed', { StateMachineArn: 'm' }),
      settings('nobody gathers it', 'Duration', { FunctionName: 'f' }, { threshold: 0 }),
    ]),
    queues,
    functions: { errors: () => errors },
    executions: { failures: async () => failures },
    clock,
  });
});
afterEach(() => void vi.useRealTimers());

test('none rings where nothing happens', async () => {
  expect(await alarms.ringing()).toEqual([]);
});

test('messages that are visible ring, and messages that are old', async () => {
  const queue = queues.get('q');
  queue.send({ body: 'a' });
  expect(await alarms.ringing()).toEqual(['letters']);
  await clock.advance(899_000);
  expect(await alarms.ringing()).toEqual(['letters']);
  await clock.advance(1_000);
  expect(await alarms.ringing()).toEqual(['letters', 'late']);
  queue.receive(1);
  expect(await alarms.ringing()).toEqual(['late']);
});

test('errors ring when each of the periods had one, and no longer when one had none', async () => {
  errors = [clock.now(), clock.now() + PERIOD_MS];
  await clock.advance(PERIOD_MS);
  expect(await alarms.ringing()).toEqual([]);
  await clock.advance(PERIOD_MS);
  expect(await alarms.ringing()).toEqual(['sweep']);
  await clock.advance(PERIOD_MS);
  expect(await alarms.ringing()).toEqual([]);
});

test('an execution that failed rings in the next period', async () => {
  failures = [clock.now() + MINUTE_MS];
  expect(await alarms.ringing()).toEqual([]);
  await clock.advance(PERIOD_MS);
  expect(await alarms.ringing()).toEqual(['executions']);
  await clock.advance(PERIOD_MS);
  expect(await alarms.ringing()).toEqual([]);
});
