import type { BodyShape } from '../question.ts';
import { checkKeys, isObject, malformed, optionalInteger, optionalNumber, optionalStrings, textOf, typeName } from './check.ts';
import { readMessages, readSystem } from './converse-messages.ts';

const OPTIONAL =
  'system inferenceConfig toolConfig guardrailConfig additionalModelRequestFields promptVariables additionalModelResponseFieldPaths requestMetadata performanceConfig serviceTier outputConfig'.split(
    ' ',
  );
const STOP_REASONS = { end: 'end_turn', length: 'max_tokens', stop: 'stop_sequence' } as const;

/** The Converse request of any chat model (ConverseRequest of the runtime API without its model id). */
export const converseBody: BodyShape = {
  name: 'converse',
  read(body, modelId) {
    checkKeys(body, ['messages'], OPTIONAL);
    const config = body['inferenceConfig'] ?? {};
    if (!isObject(config)) malformed(`#/inferenceConfig: expected type: JSONObject, found: ${typeName(config)}`);
    checkKeys(config, [], ['maxTokens', 'temperature', 'topP', 'stopSequences'], '#/inferenceConfig');
    const maxTokens = optionalInteger(config['maxTokens'], '#/inferenceConfig/maxTokens', 1, Number.MAX_SAFE_INTEGER);
    const temperature = optionalNumber(config['temperature'], '#/inferenceConfig/temperature', 0, 1);
    const topP = optionalNumber(config['topP'], '#/inferenceConfig/topP', 0, 1);
    return {
      kind: 'text',
      modelId,
      turns: readMessages(body['messages']),
      system: readSystem(body['system']),
      stopSequences: optionalStrings(config['stopSequences'], '#/inferenceConfig/stopSequences'),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
    };
  },
  write(_body, _question, given) {
    const reply = textOf(given);
    return {
      metrics: { latencyMs: 1 },
      output: { message: { content: [{ text: reply.text }], role: 'assistant' } },
      stopReason: STOP_REASONS[reply.end],
      usage: {
        inputTokens: reply.inputTokens,
        outputTokens: reply.outputTokens,
        totalTokens: reply.inputTokens + reply.outputTokens,
      },
    };
  },
};
