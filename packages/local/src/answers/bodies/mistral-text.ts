import type { BodyShape } from '../question.ts';
import { checkKeys, malformed, optionalInteger, optionalNumber, optionalStrings, requiredString, textOf } from './check.ts';

const DEFAULT_TOKENS = 512;

/** Mistral's first models on Bedrock (Small 24.02, 7B, Mixtral): one string with `[INST]` marks. */
export const mistralTextBody: BodyShape = {
  name: 'mistral-text',
  read(body, modelId) {
    checkKeys(body, ['prompt'], ['max_tokens', 'temperature', 'top_p', 'top_k', 'stop']);
    const prompt = requiredString(body['prompt'], '#/prompt');
    if (prompt.length === 0) malformed('#/prompt: expected minLength: 1, actual: 0');
    const text = prompt.replace(/<\/?s>|\[\/?INST\]/g, ' ').trim() || prompt;
    const temperature = optionalNumber(body['temperature'], '#/temperature', 0, 1);
    const topP = optionalNumber(body['top_p'], '#/top_p', 0, 1);
    return {
      kind: 'text',
      modelId,
      system: '',
      turns: [{ role: 'user', text }],
      maxTokens: optionalInteger(body['max_tokens'], '#/max_tokens', 1, 8_192) ?? DEFAULT_TOKENS,
      stopSequences: optionalStrings(body['stop'], '#/stop'),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
    };
  },
  write(_body, _question, given) {
    const reply = textOf(given);
    return { outputs: [{ text: reply.text, stop_reason: reply.end === 'length' ? 'length' : 'stop' }] };
  },
};
