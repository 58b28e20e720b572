import type { ServiceClock } from '@batchrock/local';
import type { JsonRecord } from './pattern.ts';
import type { Rule, RuleTarget } from './rule.ts';
import { inputOf } from './target-input.ts';

/** How a bus reaches its targets. */
export interface DeliveryPorts {
  readonly clock: ServiceClock;
  /** Gives a target its input (JSON). A rejection is a failed delivery; its name says whether another try may help. */
  readonly invoke: (targetArn: string, input: string, ruleArn: string) => Promise<void>;
  readonly sendToQueue: (queueArn: string, body: string, attributes: Readonly<Record<string, string>>) => Promise<void>;
}

/** Retries and age of a delivery unless the target says otherwise (EventBridge User Guide, "Retry policy", 2026-11). */
const DEFAULT_RETRIES = 185;
const DEFAULT_AGE_SECONDS = 24 * 3600;
/** The first wait and the longest: the service backs off exponentially, by how much it does not say. */
const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 10 * 60_000;
/** "Some errors go directly to the dead-letter queue": no permission, and no such target, a function or a queue. */
const FINAL = new Set(['AccessDeniedException', 'AccessDenied', 'ResourceNotFoundException', 'QueueDoesNotExist']);

/** Tries until the target has the event, or gives it to the dead-letter queue, or drops it where there is none. */
export async function deliver(rule: Rule, target: RuleTarget, event: JsonRecord, ports: DeliveryPorts): Promise<void> {
  const began = ports.clock.now();
  const retries = target.maxRetries ?? DEFAULT_RETRIES;
  const mostAgeMs = (target.maxAgeSeconds ?? DEFAULT_AGE_SECONDS) * 1000;
  const attempt = async (tried: number): Promise<void> => {
    try {
      await ports.invoke(target.arn, inputOf(target, event, rule, began), rule.arn);
    } catch (error) {
      const why = error instanceof Error ? error : new Error(String(error));
      const wait = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** tried);
      const tooOld = ports.clock.now() + wait - began > mostAgeMs;
      if (FINAL.has(why.name)) return bury(rule, target, event, why, tried, undefined, ports);
      if (tried >= retries) return bury(rule, target, event, why, tried, 'MaximumRetryAttempts', ports);
      if (tooOld) return bury(rule, target, event, why, tried, 'MaximumEventAgeInSeconds', ports);
      ports.clock.at(ports.clock.now() + wait, () => attempt(tried + 1));
    }
  };
  await attempt(0);
}

/** The attributes are those of EventBridge User Guide, "Using dead-letter queues" (2026-11). */
async function bury(
  rule: Rule,
  target: RuleTarget,
  event: JsonRecord,
  why: Error,
  retries: number,
  exhausted: string | undefined,
  { sendToQueue }: DeliveryPorts,
): Promise<void> {
  if (target.deadLetterArn === undefined) return;
  await sendToQueue(target.deadLetterArn, JSON.stringify(event), {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.arn,
    ERROR_CODE: FINAL.has(why.name) ? 'NO_PERMISSIONS' : 'SDK_CLIENT_ERROR',
    ERROR_MESSAGE: why.message,
    RETRY_ATTEMPTS: String(retries),
    ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted }),
  });
}
