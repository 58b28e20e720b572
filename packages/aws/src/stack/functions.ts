import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { CallOptions } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';

/** What a function said: its answer, or what it threw. */
export type FunctionAnswer =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: string; readonly message: string };

/** Functions that are called and waited for. */
export interface Functions {
  /** Calls a function. A call whose answer is lost is made again: what it does must be harmless twice. */
  invoke(functionName: string, payload: object, o?: CallOptions): Promise<FunctionAnswer>;
  destroy(): void;
}

/** Longer than the functions that are waited for may take, which is five minutes at most. */
const IDLE_MS = 330_000;

/** Functions on Lambda. */
export function createFunctions(options: ConnectionOptions): Functions {
  const client = new LambdaClient(clientConfig(options, IDLE_MS));
  return {
    async invoke(FunctionName, payload, { signal } = {}) {
      try {
        const command = new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(payload)) });
        const { FunctionError, Payload } = await client.send(command, { abortSignal: signal });
        const said: unknown = JSON.parse(Buffer.from(Payload ?? []).toString() || 'null');
        return FunctionError === undefined ? { kind: 'answered', value: said } : { kind: 'failed', ...failureOf(said) };
      } catch (error) {
        throw translateError(error, `Invoke of ${FunctionName}`, 'the caller needs lambda:InvokeFunction on the function');
      }
    },
    destroy: () => client.destroy(),
  };
}

/** As Lambda writes what a function has thrown (developer guide, "Node.js function errors", 2026-11). */
function failureOf(said: unknown): { readonly error: string; readonly message: string } {
  const { errorType, errorMessage } = (said ?? {}) as { readonly errorType?: unknown; readonly errorMessage?: unknown };
  return { error: String(errorType ?? 'Error'), message: String(errorMessage ?? 'it did not say why') };
}
