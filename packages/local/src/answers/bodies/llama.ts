import type { BodyShape, Turn } from '../question.ts';
import { checkKeys, malformed, optionalInteger, optionalNumber, requiredString, textOf } from './check.ts';

const DEFAULT_TOKENS = 512;
const HEADER =
  /<\|(?:start_header_id|header_start)\|>(\w+)<\|(?:end_header_id|header_end)\|>([\s\S]*?)(?:<\|eot(?:_id)?\|>|(?=<\|(?:start_header_id|header_start)\|>)|$)/g;

/** Meta Llama: one string in the chat template of Llama 3 or 4, or plain text. */
export const llamaBody: BodyShape = {
  name: 'llama',
  read(body, modelId) {
    checkKeys(body, ['prompt'], ['max_gen_len', 'temperature', 'top_p', 'images']);
    const prompt = requiredString(body['prompt'], '#/prompt');
    if (prompt.length === 0) malformed('#/prompt: expected minLength: 1, actual: 0');
    const temperature = optionalNumber(body['temperature'], '#/temperature', 0, 1);
    const topP = optionalNumber(body['top_p'], '#/top_p', 0, 1);
    return {
      kind: 'text',
      modelId,
      ...readTemplate(prompt),
      maxTokens: optionalInteger(body['max_gen_len'], '#/max_gen_len', 1, 8_192) ?? DEFAULT_TOKENS,
      stopSequences: [],
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
    };
  },
  write(_body, _question, given) {
    const reply = textOf(given);
    return {
      generation: reply.text,
      prompt_token_count: reply.inputTokens,
      generation_token_count: reply.outputTokens,
      stop_reason: reply.end === 'length' ? 'length' : 'stop',
    };
  },
};

function readTemplate(prompt: string): { readonly system: string; readonly turns: readonly Turn[] } {
  let system = '';
  const turns: Turn[] = [];
  for (const [, role, text] of prompt.matchAll(HEADER)) {
    const content = (text ?? '').trim();
    if (content === '') continue;
    if (role === 'system') system = content;
    else turns.push({ role: role === 'assistant' ? 'assistant' : 'user', text: content });
  }
  return turns.length === 0 ? { system, turns: [{ role: 'user', text: prompt }] } : { system, turns };
}
