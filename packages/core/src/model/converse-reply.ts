import type { ChatReply, FinishReason } from './chat.ts';
import { property, stringOrEmpty } from './reading.ts';
import { callInput, finishOf, replyOf, usageBeside } from './reply-reading.ts';

/** StopReason of the Converse API (API Reference, 2026-11). */
const FINISH: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
  malformed_model_output: 'malformed',
  malformed_tool_use: 'malformed',
};

/** Reads all of an answer as Converse and Nova write it. Nova's InvokeModel says `…TokenCount` of its cache (2026-11). */
export function converseReply(modelOutput: unknown): ChatReply | undefined {
  const content = property(property(property(modelOutput, 'output'), 'message'), 'content');
  if (!Array.isArray(content)) return undefined;
  const texts: string[] = [];
  const thoughts: string[] = [];
  const calls: ChatReply['toolCalls'][number][] = [];
  for (const block of content) {
    const text = property(block, 'text') ?? citedText(property(block, 'citationsContent'));
    if (typeof text === 'string') texts.push(text);
    const thought = property(property(property(block, 'reasoningContent'), 'reasoningText'), 'text');
    if (typeof thought === 'string') thoughts.push(thought);
    const call = property(block, 'toolUse');
    if (call !== undefined) {
      calls.push({
        id: stringOrEmpty(property(call, 'toolUseId')),
        name: stringOrEmpty(property(call, 'name')),
        input: callInput(property(call, 'input')),
      });
    }
  }
  const stopReason = stringOrEmpty(property(modelOutput, 'stopReason'));
  const usage = property(modelOutput, 'usage');
  return replyOf({
    texts,
    thoughts,
    calls,
    finish: finishOf(FINISH, stopReason),
    stopReason,
    usage: usageBeside({
      input: property(usage, 'inputTokens'),
      output: property(usage, 'outputTokens'),
      cacheRead: property(usage, 'cacheReadInputTokens') ?? property(usage, 'cacheReadInputTokenCount'),
      cacheWrite: property(usage, 'cacheWriteInputTokens') ?? property(usage, 'cacheWriteInputTokenCount'),
    }),
  });
}

function citedText(citations: unknown): string | undefined {
  const content = property(citations, 'content');
  return Array.isArray(content) ? content.map((each) => stringOrEmpty(property(each, 'text'))).join('') : undefined;
}
