import { randomUUID } from 'node:crypto';
import type { InvocationType, JsonObject } from '@batchrock/core';
import { AnswerError, type Answerer, bodyShapeOf, isEmbeddingModel, type Reply } from '../answers/index.ts';
import {
  AwsError,
  type AwsErrorType,
  type BedrockState,
  type Call,
  identifyModel,
  isStructure,
  refuseUnreachable,
} from '../bedrock/index.ts';
import { BREAKS_JOB, breaksJob, fateOfRecord, faultsOfJob, messageOfCode } from '../faults/index.ts';

/** An answer of the runtime and what it took. */
export interface RuntimeAnswer {
  readonly body: JsonObject;
  readonly reply: Reply;
  readonly latencyMs: number;
}

const TYPES: Readonly<Record<number, AwsErrorType>> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  503: 'ServiceUnavailableException',
};

/** Answers one call as the records of jobs are answered: the same bodies, the same refusals, the same answers. */
export async function answerCall(
  call: Call,
  state: BedrockState,
  answerer: Answerer,
  invocationType: InvocationType,
): Promise<RuntimeAnswer> {
  const began = performance.now();
  const identity = identifyModel(call.labels[0] ?? '', state.models, call);
  refuseUnreachable(identity);
  const modelId = identity.model.id;
  if (invocationType === 'Converse' && isEmbeddingModel(modelId)) {
    throw new AwsError(
      'ValidationException',
      'This action doesn’t support the model that you provided. Try again with a supported text or chat model.',
    );
  }
  if (!isStructure(call.body)) throw new AwsError('ValidationException', 'The request body is not a JSON object.');
  const body = call.body as JsonObject;
  const shape = bodyShapeOf(modelId, invocationType);
  refuseByFault(state, call, body);
  try {
    const question = shape.read(body, modelId);
    const reply = await answerer.answer(question, call.signal);
    const answer = shape.write(body, question, reply, randomUUID().replaceAll('-', '').slice(0, 24));
    return { body: answer, reply, latencyMs: Math.max(1, Math.round(performance.now() - began)) };
  } catch (error) {
    if (error instanceof AnswerError) throw new AwsError(TYPES[error.status] ?? 'InternalServerException', error.message);
    throw error;
  }
}

/** A record meets the same faults on demand as in a job; drawn anew for each call, so that another try may succeed. */
function refuseByFault({ faults }: BedrockState, { labels }: Call, body: JsonObject): void {
  const current = faults.current();
  if (current.noAccess)
    throw new AwsError('AccessDeniedException', "You don't have access to the model with the specified model ID.");
  const ofCalls = faultsOfJob(current, ON_DEMAND);
  const line = Buffer.from(JSON.stringify(body));
  // what no job passes validation with is refused here by itself
  if (breaksJob(line)) throw new AwsError('ValidationException', BREAKS_JOB);
  const { errorCode } = fateOfRecord(ofCalls, ON_DEMAND, `${labels[0]}/${calls++}`, line);
  if (errorCode > 0) throw new AwsError(TYPES[errorCode] ?? 'InternalServerException', messageOfCode(errorCode));
}

/** In the place of a job's name, for faults that are set by it. */
const ON_DEMAND = 'on-demand';
/** Calls so far. */
let calls = 0;
