import type { Account, ExecutionEnd } from '../index.ts';

/** What the clock goes on by, at least, between two looks. */
const STEP_MS = 60_000;

/** Lets the account's time go on until an execution has ended. Rejects after so many hours of that time. */
export async function endOf(account: Account, executionArn: string, hours = 24): Promise<ExecutionEnd> {
  const { clock, executions } = account;
  const until = clock.now() + hours * 3_600_000;
  for (;;) {
    await clock.idle();
    const end = await executions.look(executionArn);
    if (end !== undefined) return end;
    if (clock.now() > until) throw new Error(`${executionArn} has not ended after ${hours} hours`);
    await clock.advance(Math.max(STEP_MS, (clock.nextDue() ?? 0) - clock.now()));
  }
}
