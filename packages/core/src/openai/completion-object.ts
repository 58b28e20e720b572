import type { ChatReply, JsonValue } from '../model/index.ts';
import type { AnsweredLine } from './answer.ts';
import { type CompletionUsage, completionUsage, sumUsage } from './usage.ts';

/** A call of a function, in an answer. `arguments` is JSON. */
export interface ToolCallObject {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** `choices[].message`. `reasoning_content` is not OpenAI's own; several servers of its API have it. */
export interface MessageObject {
  role: 'assistant';
  content: string | null;
  refusal: string | null;
  reasoning_content?: string;
  tool_calls?: ToolCallObject[];
}

/** An answer of `/v1/chat/completions`. */
export interface ChatCompletionObject {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: {
    index: number;
    message: MessageObject;
    logprobs: null;
    finish_reason: 'stop' | 'length' | 'tool_calls' | 'content_filter';
  }[];
  usage?: CompletionUsage;
}

/** An answer of `/v1/completions`. */
export interface TextCompletionObject {
  id: string;
  object: 'text_completion';
  created: number;
  model: string;
  choices: { index: number; text: string; logprobs: null; finish_reason: 'stop' | 'length' | 'content_filter' }[];
  usage?: CompletionUsage;
}

/** Brings the replies to one line together, in their order. */
export function chatCompletion(line: AnsweredLine, replies: readonly ChatReply[]): ChatCompletionObject {
  const usage = sumUsage(replies.map((each) => each.usage));
  return {
    id: (replies.length === 1 ? replies[0]!.id : undefined) ?? `chatcmpl-${line.recordId}`,
    object: 'chat.completion',
    created: line.created,
    model: line.model,
    choices: replies.map((reply, index) => ({
      index,
      message: message(reply),
      logprobs: null,
      finish_reason: finishReason(reply),
    })),
    ...(usage === undefined ? {} : { usage: completionUsage(usage) }),
  };
}

/** Brings the replies to the prompts of one line together, in their order. */
export function textCompletion(line: AnsweredLine, replies: readonly ChatReply[]): TextCompletionObject {
  const usage = sumUsage(replies.map((each) => each.usage));
  return {
    id: `cmpl-${line.recordId}`,
    object: 'text_completion',
    created: line.created,
    model: line.model,
    choices: replies.map((reply, index) => {
      const reason = finishReason(reply);
      return { index, text: reply.text ?? '', logprobs: null, finish_reason: reason === 'tool_calls' ? 'stop' : reason };
    }),
    ...(usage === undefined ? {} : { usage: completionUsage(usage) }),
  };
}

/** What the model refuses with is its refusal, not its content. */
function message(reply: ChatReply): MessageObject {
  const text = reply.text === undefined || reply.text === '' ? undefined : reply.text;
  const isRefusal = reply.finish === 'refusal';
  const object: MessageObject = {
    role: 'assistant',
    content: isRefusal ? null : (text ?? (reply.toolCalls.length > 0 ? null : '')),
    refusal: isRefusal ? (text ?? '') : null,
  };
  if (reply.reasoning !== undefined && reply.reasoning !== '') object.reasoning_content = reply.reasoning;
  if (reply.toolCalls.length > 0) {
    object.tool_calls = reply.toolCalls.map(({ id, name, input }) => ({
      id,
      type: 'function',
      function: { name, arguments: argumentsText(input) },
    }));
  }
  return object;
}

/** Arguments that are a text are what the model wrote where it should have written JSON. */
export function argumentsText(input: JsonValue): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}

/** OpenAI's word; a malformed answer never comes here. */
function finishReason({ finish }: ChatReply): 'stop' | 'length' | 'tool_calls' | 'content_filter' {
  if (finish === 'refusal') return 'content_filter';
  return finish === 'malformed' ? 'stop' : finish;
}
