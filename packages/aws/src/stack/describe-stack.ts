import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { CallOptions } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';

/** A stack as CloudFormation tells it. */
export interface FoundStack {
  readonly name: string;
  /** Such as `CREATE_COMPLETE`. */
  readonly status: string;
  /** By key; none while the stack is being created. */
  readonly outputs: Readonly<Record<string, string>>;
}

const IDLE_MS = 30_000;

/** Looks a stack up by its name or ARN; undefined where the account and Region have none. Throws what the service refuses. */
export async function describeStack(
  options: ConnectionOptions,
  name: string,
  { signal }: CallOptions = {},
): Promise<FoundStack | undefined> {
  const client = new CloudFormationClient(clientConfig(options, IDLE_MS));
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }), { abortSignal: signal });
    if (stack === undefined) return undefined;
    const outputs = (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const);
    return { name: stack.StackName ?? name, status: stack.StackStatus ?? '', outputs: Object.fromEntries(outputs) };
  } catch (error) {
    if (isUnknownStack(error)) return undefined;
    throw translateError(error, `DescribeStacks of ${name}`, 'the caller needs cloudformation:DescribeStacks on the stack');
  } finally {
    client.destroy();
  }
}

/** CloudFormation has no error of its own for it (API reference of DescribeStacks, 2026-11): its sentence tells it. */
function isUnknownStack(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
}
