import type { BodyShape } from '../question.ts';
import { checkKeys, isObject, malformed, optionalInteger, optionalNumber, optionalStrings, textOf, typeName } from './check.ts';
import { readMessages, readSystem } from './converse-messages.ts';

const STOP_REASONS = { end: 'end_turn', length: 'max_tokens', stop: 'stop_sequence' } as const;

/** Amazon Nova understanding models (messages-v1). Takes `max_new_tokens`, `top_p` and `top_k` too, as AWS's samples write. */
export const novaBody: BodyShape = {
  name: 'nova',
  read(body, modelId) {
    checkKeys(body, ['messages'], ['schemaVersion', 'system', 'inferenceConfig', 'toolConfig']);
    const version = body['schemaVersion'];
    if (version !== undefined && version !== 'messages-v1')
      malformed(`#/schemaVersion: ${String(version)} is not a valid enum value`);
    const config = body['inferenceConfig'] ?? {};
    if (!isObject(config)) malformed(`#/inferenceConfig: expected type: JSONObject, found: ${typeName(config)}`);
    const known = [
      'maxTokens',
      'temperature',
      'topP',
      'topK',
      'stopSequences',
      'max_new_tokens',
      'top_p',
      'top_k',
      'reasoningConfig',
    ];
    checkKeys(config, [], known, '#/inferenceConfig');
    const maxTokens = optionalInteger(config['maxTokens'] ?? config['max_new_tokens'], '#/inferenceConfig/maxTokens', 1, 65_000);
    const temperature = optionalNumber(config['temperature'], '#/inferenceConfig/temperature', 0, 1);
    const topP = optionalNumber(config['topP'] ?? config['top_p'], '#/inferenceConfig/topP', 0, 1);
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
      output: { message: { content: [{ text: reply.text }], role: 'assistant' } },
      stopReason: STOP_REASONS[reply.end],
      usage: {
        inputTokens: reply.inputTokens,
        outputTokens: reply.outputTokens,
        totalTokens: reply.inputTokens + reply.outputTokens,
        cacheReadInputTokenCount: 0,
        cacheWriteInputTokenCount: 0,
      },
    };
  },
};
