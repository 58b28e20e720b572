import { ANSWER_TOOL } from './answer-format.ts';
import type { ChatReply, FinishReason, ReplyUsage } from './chat.ts';
import type { JsonValue } from './json.ts';
import { count } from './reading.ts';

/** What was found in a model's answer, before it is put together. */
export interface ReplyParts {
  readonly id?: string | undefined;
  /** Texts in their order; undefined entries are none. */
  readonly texts: readonly string[];
  readonly thoughts: readonly string[];
  readonly calls: ChatReply['toolCalls'];
  readonly finish: FinishReason;
  readonly stopReason: string;
  readonly usage: ReplyUsage | undefined;
}

/** The reply of those parts. A call of the tool that stands for a schema is the answer's text. */
export function replyOf({ id, texts, thoughts, calls, finish, stopReason, usage }: ReplyParts): ChatReply {
  const answer = calls.find((call) => call.name === ANSWER_TOOL);
  const text = answer === undefined ? (texts.length === 0 ? undefined : texts.join('')) : JSON.stringify(answer.input);
  return {
    ...(id === undefined || id === '' ? {} : { id }),
    ...(text === undefined ? {} : { text }),
    toolCalls: answer === undefined ? calls : [],
    ...(thoughts.length === 0 ? {} : { reasoning: thoughts.join('') }),
    finish: answer !== undefined && finish === 'tool_calls' ? 'stop' : finish,
    stopReason,
    ...(usage === undefined ? {} : { usage }),
  };
}

/** What a model's word for its end means; one that nobody knows is an end like any other. */
export function finishOf(words: Readonly<Record<string, FinishReason>>, stopReason: string): FinishReason {
  return (Object.hasOwn(words, stopReason) ? words[stopReason] : undefined) ?? 'stop';
}

/** Counts of tokens as a model says them, each what it may be. */
export interface Counts {
  readonly input: unknown;
  readonly output: unknown;
  readonly cacheRead?: unknown;
  readonly cacheWrite?: unknown;
  readonly reasoning?: unknown;
}

/** Usage in our words; undefined where the answer does not say both counts. `input` is given without what a cache held. */
export function usageBeside(counts: Counts): ReplyUsage | undefined {
  const input = count(counts.input);
  const output = count(counts.output);
  if (input === undefined || output === undefined) return undefined;
  const cacheRead = count(counts.cacheRead);
  const cacheWrite = count(counts.cacheWrite);
  const reasoning = count(counts.reasoning);
  return {
    input: input + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

/** What a call was made with, as JSON; an empty object where it is not there. */
export function callInput(value: unknown): JsonValue {
  return value === undefined ? {} : (value as JsonValue);
}
