import { createServiceClock, type ServiceClock } from '@batchrock/local';
import { beforeEach, describe, expect, test } from 'vitest';
import { type EventBus, type Rule, type RuleTarget, startEventBus } from './index.ts';

let clock: ServiceClock;
let bus: EventBus;
let given: { readonly target: string; readonly input: unknown; readonly at: number }[];
let buried: {
  readonly queue: string;
  readonly body: { readonly detail: unknown };
  readonly attributes: Readonly<Record<string, string>>;
}[];
let refuse: Error | undefined;
let start: number;
beforeEach(() => {
  clock = createServiceClock();
  start = clock.now();
  given = [];
  buried = [];
  refuse = undefined;
  bus = startEventBus({
    clock,
    account: '123456789012',
    region: 'eu-west-1',
    async invoke(target, input) {
      if (refuse !== undefined) throw refuse;
      given.push({ target, input: JSON.parse(input), at: Math.round((clock.now() - start) / 60_000) });
    },
    async sendToQueue(queue, body, attributes) {
      buried.push({ queue, body: JSON.parse(body) as never, attributes });
    },
  });
});

const rule = (change: Partial<Rule> = {}, target: Partial<RuleTarget> = {}): Rule => ({
  name: 'r',
  arn: 'arn:aws:events:eu-west-1:123456789012:rule/r',
  enabled: true,
  pattern: { source: ['aws.bedrock'] },
  targets: [{ arn: 'function', ...target }],
  ...change,
});
const job = (n: number, status = 'Completed') => ({ source: 'aws.bedrock', 'detail-type': 'Job', detail: { n, status } });
const numbers = (): number[] => given.map(({ input }) => (input as { detail: { n: number } }).detail.n);
const refusal = (name: string, message = 'no'): Error => Object.assign(new Error(message), { name });

describe('a bus', () => {
  test('gives an event with its whole envelope to each rule that wants it', async () => {
    bus.addRule(rule());
    bus.addRule(rule({ name: 'other', arn: 'other', pattern: { source: ['aws.s3'] } }, { arn: 'nobody' }));
    bus.addRule(rule({ name: 'off', arn: 'off', enabled: false }, { arn: 'nobody' }));
    bus.addRule(rule({ name: 'second', arn: 'second', pattern: { detail: { n: [1] } } }, { arn: 'queue' }));
    await bus.put(job(1));
    await bus.put(job(2));
    expect(given.map(({ target }) => target)).toEqual(['function', 'queue', 'function']);
    expect(given[0]?.input).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Job',
      source: 'aws.bedrock',
      account: '123456789012',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'eu-west-1',
      resources: [],
      detail: { n: 1, status: 'Completed' },
    });
    expect(bus.events()).toHaveLength(2);
  });

  test('refuses a rule that PutRule would refuse', () => {
    expect(() => bus.addRule(rule({ pattern: { source: 'aws.bedrock' } }))).toThrow('Event pattern is not valid');
    expect(() => bus.addRule(rule({ schedule: 'rate(1 minutes)' }))).toThrow('ScheduleExpression is not valid');
  });

  test('replaces and removes rules', async () => {
    bus.addRule(rule({ schedule: 'rate(1 minute)' }));
    bus.addRule(rule({ pattern: { source: ['aws.s3'] } }));
    await bus.put(job(1));
    await bus.advance(600);
    expect(given).toEqual([]);
    bus.addRule(rule());
    bus.removeRule(rule().arn);
    await bus.put(job(2));
    expect(given).toEqual([]);
  });
});

describe('the input of a target', () => {
  const event = { ...job(7), resources: ['arn:one'], detail: { n: 7, status: 'say "hi"', 'a-b': [1, { c: 2 }] } };
  const inputFor = async (target: Partial<RuleTarget>): Promise<unknown> => {
    bus.addRule(rule({}, target));
    await bus.put(event);
    return given[0]?.input;
  };
  test.each([
    [{ input: '{"sweep":true}' }, { sweep: true }],
    [{ inputPath: '$.detail' }, event.detail],
    [{ inputPath: '$.resources[0]' }, 'arn:one'],
    [{ inputPath: "$.detail['a-b'][1].c" }, 2],
    [{ inputPath: '$.nothing.here' }, null],
  ])('%j', async (target, expected) => {
    expect(await inputFor(target)).toEqual(expected);
  });

  test('is a template with parts of the event, as JSON and inside of texts', async () => {
    const inputPathsMap = { status: '$.detail.status', list: "$.detail['a-b']", none: '$.detail.none' };
    const inputTemplate =
      '{"status":<status>,"text":"it is <status>, <none>!","list":<list>,"rule":<aws.events.rule-name>,"n":<none>}';
    expect(await inputFor({ inputTransformer: { inputPathsMap, inputTemplate } })).toEqual({
      status: 'say "hi"',
      text: 'it is say "hi", !',
      list: [1, { c: 2 }],
      rule: 'r',
      n: null,
    });
  });

  test('may be the whole event, in a template too', async () => {
    const answer = await inputFor({ inputTransformer: { inputTemplate: '{"all":<aws.events.event.json>}' } });
    expect(answer).toMatchObject({ all: { source: 'aws.bedrock', detail: event.detail } });
  });
});

describe('a delivery that fails', () => {
  test('is tried again later and later', async () => {
    bus.addRule(rule());
    refuse = refusal('TooManyRequestsException');
    await bus.put(job(1));
    await bus.advance(600);
    expect(given).toEqual([]);
    refuse = undefined;
    await bus.advance(1200);
    expect(numbers()).toEqual([1]);
    await bus.advance(3600);
    expect(numbers()).toEqual([1]);
  });

  test('goes to the dead-letter queue after its retries, with what happened', async () => {
    bus.addRule(rule({}, { deadLetterArn: 'dead', maxRetries: 2 }));
    refuse = refusal('ServiceException', 'out of order');
    await bus.put(job(1));
    expect(buried).toEqual([]);
    await bus.advance(60);
    expect(buried).toHaveLength(1);
    expect(buried[0]).toMatchObject({
      queue: 'dead',
      body: { detail: { n: 1 } },
      attributes: {
        RULE_ARN: rule().arn,
        TARGET_ARN: 'function',
        ERROR_MESSAGE: 'out of order',
        RETRY_ATTEMPTS: '2',
        EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      },
    });
  });

  test('goes there when it is too old', async () => {
    bus.addRule(rule({}, { deadLetterArn: 'dead', maxAgeSeconds: 3600 }));
    refuse = refusal('ServiceException');
    await bus.put(job(1));
    await bus.advance(3000);
    expect(buried).toEqual([]);
    await bus.advance(3000);
    expect(buried[0]?.attributes['EXHAUSTED_RETRY_CONDITION']).toBe('MaximumEventAgeInSeconds');
  });

  test.each(['AccessDeniedException', 'ResourceNotFoundException', 'QueueDoesNotExist'])(
    'goes there at once for %s',
    async (name) => {
      bus.addRule(rule({}, { deadLetterArn: 'dead' }));
      refuse = refusal(name);
      await bus.put(job(1));
      expect(buried[0]?.attributes).toMatchObject({ ERROR_CODE: 'NO_PERMISSIONS', RETRY_ATTEMPTS: '0' });
    },
  );
});

describe('a schedule', () => {
  test('strikes on the clock, with the event or the input of its target', async () => {
    bus.addRule(rule({ schedule: 'rate(5 minutes)', pattern: undefined as never }, { input: '{"sweep":true}' }));
    bus.addRule(rule({ name: 's', arn: 's', scheduleSeconds: 1200, pattern: undefined as never }, { arn: 'second' }));
    await bus.advance(299);
    expect(given).toEqual([]);
    await bus.advance(1500);
    expect(given.filter(({ target }) => target === 'function')).toEqual(
      [5, 10, 15, 20, 25].map((at) => ({ target: 'function', input: { sweep: true }, at })),
    );
    const [second] = given.filter(({ target }) => target === 'second');
    expect(second?.input).toMatchObject({ source: 'aws.events', 'detail-type': 'Scheduled Event', resources: ['s'], detail: {} });
  });

  test('of a rule that is off does not strike', async () => {
    bus.addRule(rule({ schedule: 'rate(5 minutes)', enabled: false }));
    await bus.advance(3600);
    expect(given).toEqual([]);
  });
});

describe('events', () => {
  beforeEach(() => bus.addRule(rule({ pattern: { detail: { status: ['Completed', 'Failed'] } } })));
  const put = async (...events: object[]): Promise<void> => {
    for (const event of events) await bus.put(event);
  };

  test('are lost, and only those that somebody wants count', async () => {
    bus.faults.drop(1);
    await put(job(0, 'Submitted'), job(1), job(2));
    expect(numbers()).toEqual([2]);
  });

  test('come twice', async () => {
    bus.faults.double(2);
    await put(job(1), job(2), job(3));
    expect(numbers()).toEqual([1, 1, 2, 2, 3]);
  });

  test('are all lost, or all come twice, until that is taken back', async () => {
    bus.faults.drop(Number.POSITIVE_INFINITY);
    await put(job(1), job(2));
    bus.faults.clear();
    bus.faults.double(Number.POSITIVE_INFINITY);
    await put(job(3), job(4));
    bus.faults.clear();
    await put(job(5));
    expect(numbers()).toEqual([3, 3, 4, 4, 5]);
  });

  test('are held and come in any order', async () => {
    bus.faults.hold();
    await put(job(1), job(2), job(3));
    expect(numbers()).toEqual([]);
    expect(bus.faults.held()).toHaveLength(3);
    await bus.faults.release('reversed');
    await put(job(4));
    expect(numbers()).toEqual([3, 2, 1, 4]);
  });

  test('meet the fault that is meant for them', async () => {
    bus.faults.drop(1, { detail: { n: [2] } });
    bus.faults.hold({ detail: { status: ['Failed'] } });
    await put(job(1), job(2), job(3, 'Failed'), job(4));
    expect(numbers()).toEqual([1, 4]);
    await bus.faults.release();
    expect(numbers()).toEqual([1, 4, 3]);
  });
});
