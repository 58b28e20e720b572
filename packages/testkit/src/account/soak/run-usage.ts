import type { Account } from '../account.ts';
import { addUsage, memoryOfLog, type Usage, usageOfLog } from '../bill/index.ts';

/** The functions of an orchestrator, by their ids in the construct. */
const FUNCTIONS = ['Prepare', 'Follow', 'Kick', 'Collect', 'Sweep', 'Export'] as const;

/** Lambda's pollers of an idle queue ask five at a time, for twenty seconds each (Lambda developer guide, 2026-11). */
const POLLS_PER_MINUTE = 15;

/** What an orchestrator was observed with. */
export interface Observed {
  readonly account: Account;
  functionName(id: string): string;
}

/** All that an account has used since it was opened, with one execution, over so many minutes of its clock. */
export async function usageOf({ account, functionName }: Observed, execution: string, minutes: number): Promise<Usage> {
  const logs = FUNCTIONS.map((id) => account.functions.log(functionName(id)));
  const batches = account.functions.invocations(functionName('Kick')) + account.functions.invocations(functionName('Collect'));
  const calls = addUsage(account.meter.usage(), {
    transitions: await account.executions.transitions(execution),
    // a batch is received and deleted
    queueRequests: 2 * batches + 2 * POLLS_PER_MINUTE * minutes,
    scheduledEvents: account.functions.invocations(functionName('Sweep')),
  });
  return logs.map(usageOfLog).reduce(addUsage, calls);
}

/** The most memory that each function took, and what it is given, MB. */
export function memoryOf({ account, functionName }: Observed): Readonly<Record<string, ReturnType<typeof memoryOfLog>>> {
  return Object.fromEntries(FUNCTIONS.map((id) => [id, memoryOfLog(account.functions.log(functionName(id)))]));
}
