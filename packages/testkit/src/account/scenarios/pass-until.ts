import type { Account } from '../account.ts';
import type { ExecutionEnd } from '../executions.ts';

const MINUTE_MS = 60_000;

/** Lets so much of the account's time go by, step by step, until it holds; how many steps went by. Rejects after so many. */
export async function passUntil(
  { clock }: Pick<Account, 'clock'>,
  holds: () => Promise<boolean> | boolean,
  mostSteps = 180,
  stepMs = MINUTE_MS,
): Promise<number> {
  for (let steps = 0; steps <= mostSteps; steps += 1) {
    await clock.idle();
    if (await holds()) return steps;
    await clock.advance(stepMs);
  }
  throw new Error(`it has not come to that within ${(mostSteps * stepMs) / MINUTE_MS} minutes`);
}

/** Lets minutes go by until the execution has ended. */
export async function endWithin(account: Account, executionArn: string, mostMinutes?: number): Promise<ExecutionEnd> {
  let end: ExecutionEnd | undefined;
  const hasEnded = async (): Promise<boolean> => {
    end = await account.executions.look(executionArn);
    return end !== undefined;
  };
  await passUntil(account, hasEnded, mostMinutes);
  return end as ExecutionEnd;
}
