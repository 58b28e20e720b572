import { setTimeout as sleep } from 'node:timers/promises';
import type { Account, ExecutionEnd } from '../index.ts';

/** What the clock goes on by between two looks. */
const STEP_MS = 60_000;
/** What state machines, which run on the wall's clock, are given between two looks. */
const WALL_MS = 50;

/** Lets the account's time go on until an execution has ended. Rejects after so many hours of that time. */
export async function endOf(account: Account, executionArn: string, hours = 24): Promise<ExecutionEnd> {
  const until = account.clock.now() + hours * 3_600_000;
  while (account.clock.now() < until) {
    await sleep(WALL_MS);
    await account.clock.advance(STEP_MS);
    const end = await account.executions.look(executionArn);
    if (end !== undefined) return end;
  }
  throw new Error(`${executionArn} has not ended after ${hours} hours`);
}

/** Waits on the wall's clock until something holds. Rejects when it does not after a minute. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come to that in a minute');
    await sleep(WALL_MS);
  }
}
