import { type ContextEntry, type IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import type { CallOptions } from '@batchrock/core';

/** What a principal is asked to be allowed. */
export interface Wanted {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Condition keys that the request would have. */
  readonly context?: Readonly<Record<string, string>>;
}

/** What of it is not allowed, as `action on resource`. IAM says so by its policies alone: those of buckets and keys have no part in it. */
export async function deniedOf(
  client: IAMClient,
  principalArn: string,
  wanted: readonly Wanted[],
  { signal }: CallOptions,
): Promise<readonly string[]> {
  const denied: string[] = [];
  for (const { actions, resources, context = {} } of wanted) {
    if (resources.length === 0) continue;
    const ContextEntries = Object.entries(context).map(
      ([ContextKeyName, value]): ContextEntry => ({ ContextKeyName, ContextKeyValues: [value], ContextKeyType: 'string' }),
    );
    const command = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: principalArn,
      ActionNames: [...actions],
      ResourceArns: [...resources],
      ContextEntries,
    });
    const { EvaluationResults = [] } = await client.send(command, { abortSignal: signal });
    for (const { EvalActionName, EvalResourceName, EvalDecision } of EvaluationResults) {
      if (EvalDecision !== 'allowed') denied.push(`${EvalActionName} on ${EvalResourceName}`);
    }
  }
  return denied;
}

/** The first of them in words, and how many more there are. */
export function sayDenied([first, ...others]: readonly string[]): string {
  return others.length === 0 ? `${first}` : `${first} and ${others.length} more`;
}
