import type { Answerer } from '../answers/index.ts';
import type { BedrockState, Call, JsonAnswer } from '../bedrock/index.ts';
import { answerCall } from './answer-call.ts';

/** InvokeModel: the model's own body in, its own answer out, token counts in the headers. */
export async function invokeModel(call: Call, state: BedrockState, answerer: Answerer): Promise<JsonAnswer> {
  const { body, reply, latencyMs } = await answerCall(call, state, answerer, 'InvokeModel');
  return {
    body,
    headers: {
      'x-amzn-bedrock-input-token-count': String(reply.inputTokens),
      ...(reply.kind === 'text' ? { 'x-amzn-bedrock-output-token-count': String(reply.outputTokens) } : {}),
      'x-amzn-bedrock-invocation-latency': String(latencyMs),
    },
  };
}
