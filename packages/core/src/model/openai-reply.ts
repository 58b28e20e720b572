import type { ChatReply, FinishReason } from './chat.ts';
import type { Answer } from './family.ts';
import type { JsonValue } from './json.ts';
import { count, present, property, stringOrEmpty } from './reading.ts';
import { callInput, finishOf, replyOf, usageBeside } from './reply-reading.ts';

/** OpenAI's finish reasons; Mistral and vLLM say `model_length` and `error` too (2026-11). */
const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  model_length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
  error: 'malformed',
};

const OPEN = '<reasoning>';
const CLOSE = '</reasoning>';

/**
 * gpt-oss writes what it thinks before its answer, between `<reasoning>` marks (seen through InvokeModel, 2026). Without the second
 * one the answer was cut off while it thought.
 */
function splitReasoning(content: string): { readonly text: string; readonly thought: string } {
  if (!content.startsWith(OPEN)) return { text: content, thought: '' };
  const end = content.indexOf(CLOSE);
  if (end < 0) return { text: '', thought: content.slice(OPEN.length) };
  return { text: content.slice(end + CLOSE.length).replace(/^\s+/, ''), thought: content.slice(OPEN.length, end) };
}

/** Reads the text of the first choice. */
export function openaiAnswer(modelOutput: unknown): Answer | undefined {
  const choice = firstChoice(modelOutput);
  const message = property(choice, 'message');
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return undefined;
  const usage = property(modelOutput, 'usage');
  return present({
    text: splitReasoning(stringOrEmpty(property(message, 'content'))).text,
    stopReason: stopReasonOf(choice),
    inputTokens: count(property(usage, 'prompt_tokens')),
    outputTokens: count(property(usage, 'completion_tokens')),
  });
}

/** Reads all of the first choice of OpenAI's chat completions; Mistral calls its finish reason `stop_reason`. */
export function openaiReply(modelOutput: unknown): ChatReply | undefined {
  const choice = firstChoice(modelOutput);
  const message = property(choice, 'message');
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return undefined;
  const content = property(message, 'content');
  const { text, thought } = splitReasoning(stringOrEmpty(content));
  const told = stringOrEmpty(property(message, 'reasoning_content') ?? property(message, 'reasoning'));
  const refusal = stringOrEmpty(property(message, 'refusal'));
  const calls = callsOf(property(message, 'tool_calls'));
  const stopReason = stopReasonOf(choice);
  const finish = finishOf(FINISH, stopReason);
  const usage = property(modelOutput, 'usage');
  return replyOf({
    id: stringOrEmpty(property(modelOutput, 'id')),
    texts: refusal !== '' ? [refusal] : typeof content === 'string' && (text !== '' || calls.length === 0) ? [text] : [],
    thoughts: [told, thought].filter((each) => each !== ''),
    calls,
    finish: refusal !== '' ? 'refusal' : calls.length > 0 && finish === 'stop' ? 'tool_calls' : finish,
    stopReason,
    usage: usageOf(usage),
  });
}

/** OpenAI counts what came from a cache among the tokens of the prompt. */
function usageOf(usage: unknown): ChatReply['usage'] {
  const cached = count(property(property(usage, 'prompt_tokens_details'), 'cached_tokens'));
  const whole = usageBeside({
    input: property(usage, 'prompt_tokens'),
    output: property(usage, 'completion_tokens'),
    reasoning: property(property(usage, 'completion_tokens_details'), 'reasoning_tokens'),
  });
  return whole === undefined || cached === undefined ? whole : { ...whole, cacheRead: cached };
}

function firstChoice(modelOutput: unknown): unknown {
  const choices = property(modelOutput, 'choices');
  return Array.isArray(choices) ? choices[0] : undefined;
}

function stopReasonOf(choice: unknown): string {
  return stringOrEmpty(property(choice, 'finish_reason') ?? property(choice, 'stop_reason'));
}

function callsOf(calls: unknown): ChatReply['toolCalls'] {
  if (!Array.isArray(calls)) return [];
  return calls.map((call) => {
    const called = property(call, 'function');
    return {
      id: stringOrEmpty(property(call, 'id')),
      name: stringOrEmpty(property(called, 'name')),
      input: argumentsOf(property(called, 'arguments')),
    };
  });
}

/** JSON text, as OpenAI has it, or the value itself; text that is no JSON stays text. */
function argumentsOf(value: unknown): JsonValue {
  if (typeof value !== 'string') return callInput(value);
  if (value.trim() === '') return {};
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    return value;
  }
}
