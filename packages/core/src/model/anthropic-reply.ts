import type { ChatReply, FinishReason } from './chat.ts';
import { property, stringOrEmpty } from './reading.ts';
import { callInput, finishOf, replyOf, usageBeside } from './reply-reading.ts';

/**
 * StopReason of Anthropic's Messages API (SDK 1.12.0, 2026-11), and `compaction` of its betas. A pause is an answer that is not
 * whole.
 */
const FINISH: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  pause_turn: 'length',
  compaction: 'length',
  tool_use: 'tool_calls',
  refusal: 'refusal',
};

/** Reads all of an answer of Anthropic's Messages API. */
export function anthropicReply(modelOutput: unknown): ChatReply | undefined {
  const content = property(modelOutput, 'content');
  if (!Array.isArray(content)) return undefined;
  const texts: string[] = [];
  const thoughts: string[] = [];
  const calls: ChatReply['toolCalls'][number][] = [];
  for (const block of content) {
    const type = property(block, 'type');
    if (type === 'text') texts.push(stringOrEmpty(property(block, 'text')));
    else if (type === 'thinking') thoughts.push(stringOrEmpty(property(block, 'thinking')));
    else if (type === 'tool_use') {
      calls.push({
        id: stringOrEmpty(property(block, 'id')),
        name: stringOrEmpty(property(block, 'name')),
        input: callInput(property(block, 'input')),
      });
    }
  }
  const stopReason = stringOrEmpty(property(modelOutput, 'stop_reason'));
  const usage = property(modelOutput, 'usage');
  return replyOf({
    id: stringOrEmpty(property(modelOutput, 'id')),
    texts,
    thoughts,
    calls,
    finish: finishOf(FINISH, stopReason),
    stopReason,
    usage: usageBeside({
      input: property(usage, 'input_tokens'),
      output: property(usage, 'output_tokens'),
      cacheRead: property(usage, 'cache_read_input_tokens'),
      cacheWrite: property(usage, 'cache_creation_input_tokens'),
      reasoning: property(property(usage, 'output_tokens_details'), 'thinking_tokens'),
    }),
  });
}
