import { randomUUID } from 'node:crypto';
import { createServiceClock } from '@batchrock/local';
import { checkPattern } from './check-pattern.ts';
import { type DeliveryPorts, deliver } from './delivery.ts';
import { createFaultDesk, type EventFaults } from './faults.ts';
import { type JsonRecord, matchesPattern } from './pattern.ts';
import type { Rule } from './rule.ts';
import { everyMs, parseSchedule, type Schedule } from './schedule.ts';

/** The default bus of an account. */
export interface EventBus {
  /** Adds a rule, or replaces it by its ARN. Throws for a pattern or schedule that PutRule refuses. */
  addRule(rule: Rule): void;
  removeRule(ruleArn: string): void;
  /** Takes an event; what its envelope lacks is filled in. Resolves when each target has had its first try. */
  put(event: object): Promise<void>;
  /** The same as the clock's, in seconds: schedules strike, deliveries are tried again. */
  advance(seconds: number): Promise<void>;
  readonly faults: EventFaults;
  /** Every event that was put, as it would be delivered, oldest first. */
  events(): readonly JsonRecord[];
  close(): void;
}

/** What a bus needs; the clock is one of its own unless it is given. */
export interface EventBusOptions extends Omit<DeliveryPorts, 'clock'> {
  readonly clock?: DeliveryPorts['clock'];
  readonly account?: string;
  readonly region?: string;
}

interface KnownRule {
  readonly rule: Rule;
  readonly pattern: JsonRecord | undefined;
  takeBack: () => void;
}

/** Starts a bus without rules. */
export function startEventBus(options: EventBusOptions): EventBus {
  const { account = '000000000000', region = 'us-east-1' } = options;
  const ports = { ...options, clock: options.clock ?? createServiceClock() };
  const { clock } = ports;
  const rules = new Map<string, KnownRule>();
  const seen: JsonRecord[] = [];

  const isWanted = ({ rule, pattern }: KnownRule, event: JsonRecord): boolean =>
    rule.enabled && pattern !== undefined && matchesPattern(pattern, event);
  const deliverOnce = async (event: JsonRecord): Promise<void> => {
    const wanted = [...rules.values()].filter((known) => isWanted(known, event));
    await Promise.all(wanted.flatMap(({ rule }) => rule.targets.map((target) => deliver(rule, target, event, ports))));
  };
  const desk = createFaultDesk(deliverOnce);
  const envelopeOf = (event: object): JsonRecord => ({
    version: '0',
    id: randomUUID(),
    'detail-type': '',
    source: '',
    account,
    time: isoSeconds(clock.now()),
    region,
    resources: [],
    detail: {},
    ...event,
  });
  const strikeLater = (known: KnownRule, schedule: Schedule, after: number): void => {
    const at = schedule.next(after);
    if (at === undefined) return;
    known.takeBack = clock.at(at, async () => {
      strikeLater(known, schedule, at);
      const event = envelopeOf({ 'detail-type': 'Scheduled Event', source: 'aws.events', resources: [known.rule.arn] });
      await Promise.all(known.rule.targets.map((target) => deliver(known.rule, target, event, ports)));
    });
  };

  return {
    addRule(rule) {
      rules.get(rule.arn)?.takeBack();
      const known: KnownRule = { rule, pattern: patternOf(rule), takeBack: () => {} };
      const schedule = scheduleOf(rule, clock.now());
      rules.set(rule.arn, known);
      if (schedule !== undefined && rule.enabled) strikeLater(known, schedule, clock.now());
    },
    removeRule(ruleArn) {
      rules.get(ruleArn)?.takeBack();
      rules.delete(ruleArn);
    },
    async put(given) {
      const event = envelopeOf(given);
      seen.push(event);
      // a fault is not spent on what nobody would have noticed
      if (![...rules.values()].some((known) => isWanted(known, event))) return;
      const copies = desk.copiesOf(event);
      for (let copy = 0; copy < copies; copy += 1) await deliverOnce(event);
    },
    advance: (seconds) => clock.advance(seconds * 1000),
    faults: desk.faults,
    events: () => seen,
    close() {
      for (const known of rules.values()) known.takeBack();
      rules.clear();
    },
  };
}

function patternOf({ pattern }: Rule): JsonRecord | undefined {
  if (pattern === undefined) return undefined;
  const checked: unknown = pattern;
  checkPattern(checked);
  return checked;
}

function scheduleOf({ schedule, scheduleSeconds }: Rule, now: number): Schedule | undefined {
  if (schedule !== undefined) return parseSchedule(schedule, now);
  return scheduleSeconds === undefined ? undefined : everyMs(scheduleSeconds * 1000, now);
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
