import type { Answerer } from '../answers/index.ts';
import type { BedrockState, Call, JsonAnswer } from '../bedrock/index.ts';
import { answerCall } from './answer-call.ts';

/** Converse: one shape for every chat model. */
export async function converse(call: Call, state: BedrockState, answerer: Answerer): Promise<JsonAnswer> {
  const { body, latencyMs } = await answerCall(call, state, answerer, 'Converse');
  return { body: { ...body, metrics: { latencyMs } } };
}
