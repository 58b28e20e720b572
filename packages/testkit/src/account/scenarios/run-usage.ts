import type { Account } from '../account.ts';
import { addUsage, memoryOfLog, scaleUsage, type Usage, usageOfLog } from '../bill/index.ts';

/** Lambda's pollers of an idle queue ask five at a time, for twenty seconds each (Lambda developer guide, 2026-11). */
const POLLS_PER_MINUTE = 15;
const MINUTE_MS = 60_000;

/** Whose use of an account is counted. */
export interface Observed {
  readonly account: Account;
  /** The names of all functions. */
  readonly functions: readonly string[];
  /** Those of them that queues call. */
  readonly ofQueues: readonly string[];
  /** Those that schedules call. */
  readonly ofSchedules: readonly string[];
}

/** What everything in an account has used while an execution was begun and came to its end. */
export async function usageDuring(observed: Observed, execute: () => Promise<string>): Promise<Usage> {
  const { clock, executions } = observed.account;
  const began = clock.now();
  const before = counted(observed);
  const execution = await execute();
  const minutes = (clock.now() - began) / MINUTE_MS;
  return addUsage(addUsage(counted(observed), scaleUsage(before, -1)), {
    transitions: await executions.transitions(execution),
    queueRequests: observed.ofQueues.length * POLLS_PER_MINUTE * minutes,
  });
}

/** What is counted since the account was opened. A batch of messages is received and deleted. */
function counted({ account, functions, ofQueues, ofSchedules }: Observed): Usage {
  const invocations = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + account.functions.invocations(name), 0);
  const calls = addUsage(account.meter.usage(), {
    queueRequests: 2 * invocations(ofQueues),
    scheduledEvents: invocations(ofSchedules),
  });
  return functions.map((name) => usageOfLog(account.functions.log(name))).reduce(addUsage, calls);
}

/** The most memory that each function took, and what it is given, MB; a function that was not called is left out. */
export function memoryOf({ account, functions }: Observed): Readonly<Record<string, ReturnType<typeof memoryOfLog>>> {
  const memory = functions.map((name) => [name, memoryOfLog(account.functions.log(name))] as const);
  return Object.fromEntries(memory.filter(([, { givenMB }]) => givenMB > 0));
}
