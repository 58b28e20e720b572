import type { Answer } from './family.ts';
import { count, present, property, stringOrEmpty } from './reading.ts';

/**
 * The answer's shape that Converse and Nova's InvokeModel share: `output.message.content[].text`, `usage`, `stopReason`.
 * Blocks without text (`reasoningContent`, `toolUse`) carry no answer text.
 */
export function converseAnswer(modelOutput: unknown): Answer | undefined {
  const content = property(property(property(modelOutput, 'output'), 'message'), 'content');
  if (!Array.isArray(content)) return undefined;
  const usage = property(modelOutput, 'usage');
  return present({
    text: content.map((block) => stringOrEmpty(property(block, 'text'))).join(''),
    stopReason: stringOrEmpty(property(modelOutput, 'stopReason')),
    inputTokens: count(property(usage, 'inputTokens')),
    outputTokens: count(property(usage, 'outputTokens')),
  });
}
