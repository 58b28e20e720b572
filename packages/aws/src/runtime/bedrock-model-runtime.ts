import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { isServiceError, type ModelAnswer, type ModelCall, type ModelRuntime, ServiceError } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';

/** A model may think for so long before its first byte. */
const ANSWER_MS = 15 * 60_000;

/** Where the caller is refused. Setup allows the models that it is given, and no others. */
function hintIfDenied({ modelId }: ModelCall): string {
  return `allow bedrock:InvokeModel for the model to whoever gives the command: batchrock setup --tail on-demand --model ${modelId}`;
}

/**
 * Models on demand through the AWS SDK. Bodies go and come as bytes, as they stand in a job's files: Converse too, for which the SDK's own
 * command would make objects of them. A call is tried once; who asks knows better when to ask again.
 */
export function createBedrockModelRuntime(options: ConnectionOptions): ModelRuntime & { destroy(): void } {
  const client = new BedrockRuntimeClient(clientConfig({ ...options, maxAttempts: 1, maxSockets: 256 }, ANSWER_MS));
  return {
    async ask(call, o): Promise<ModelAnswer> {
      try {
        const { body } = await client.send(commandOf(call), { abortSignal: o?.signal });
        return inOneLine(body);
      } catch (error) {
        return errorOfRecord(translateError(error, call.invocationType, hintIfDenied(call)));
      }
    },
    destroy: () => client.destroy(),
  };
}

/** Both operations are a POST below the model, signed alike, with a body and an answer of JSON. */
function commandOf({ modelId, invocationType, body }: ModelCall): InvokeModelCommand {
  const type = 'application/json';
  const command = new InvokeModelCommand({ modelId, body, contentType: type, accept: type });
  if (invocationType === 'Converse') {
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { path: string };
        request.path = request.path.replace(/\/invoke$/, '/converse');
        return next(args);
      },
      { step: 'build', name: 'asConverse' },
    );
  }
  return command;
}

/** A line end in JSON is white space, and none in a text. */
function inOneLine(body: Uint8Array): ModelAnswer {
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) throw new TypeError('no object');
  } catch {
    return { errorCode: 500, errorMessage: 'The model answered with something other than a JSON object.' };
  }
  const output = Uint8Array.from(body, (byte) => (byte === 10 || byte === 13 ? 32 : byte));
  return { output };
}

/** What Bedrock says of a model that is asked under the wrong name, whatever the record (2026-11). */
const OF_EVERY_CALL = /on-demand throughput|model identifier is invalid|end of its life|not authorized|model access/i;

/** An error that is of one record is its answer; what every call would end with is thrown, and so is what never came to the service. */
function errorOfRecord(error: unknown): ModelAnswer {
  if (!isServiceError(error)) throw error;
  const { reason, details } = error;
  const status = typeof details?.['status'] === 'number' ? details['status'] : undefined;
  const errorMessage = error.message.replace(/^\w+: /, '');
  if (reason === 'throttled' || reason === 'quota') return { errorCode: 429, errorMessage };
  const isOfEvery = reason === 'denied' || status === 404 || (status === 400 && OF_EVERY_CALL.test(errorMessage));
  if (status === undefined || status < 400 || isOfEvery) throw withHint(error);
  return { errorCode: status, errorMessage };
}

/** What mends a refusal, where its words say more than its kind. */
const HINTS: readonly (readonly [said: RegExp, hint: string])[] = [
  [/on-demand throughput/i, 'give the model by an inference profile that holds it, or leave out --tail on-demand'],
  [/access to the model/i, 'the account has to ask for access to the model: batchrock doctor --model ID says where'],
];

function withHint(error: ServiceError): ServiceError {
  const hint = HINTS.find(([said]) => said.test(error.message))?.[1];
  if (hint === undefined) return error;
  return new ServiceError(error.code, error.message, {
    reason: error.reason,
    effect: error.effect,
    details: error.details,
    cause: error,
    hint,
  });
}
