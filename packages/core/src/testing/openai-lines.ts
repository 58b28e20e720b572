import type OpenAI from 'openai';
import { expect } from 'vitest';
import type { ChatRequest, Unsupported } from '../model/index.ts';
import { type OpenAiProblem, type OpenAiRead, type ReadOptions, readOpenAiLine } from '../openai/index.ts';

export type ChatBody = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'model'> & { readonly model?: string };
export type Message = OpenAI.ChatCompletionMessageParam;

/** A line of one endpoint; `body` is whatever a test wants in it. */
export function lineOf(body: unknown, url = '/v1/chat/completions'): object {
  return { custom_id: 'task-0', method: 'POST', url, body };
}

/** A line of chat completions whose body is typed as OpenAI's own client has it. */
function chatLine(body: ChatBody): object {
  return lineOf(body);
}

/** The requests of a line that has to be sound. */
export function requestsOf(line: unknown, options?: ReadOptions): readonly ChatRequest[] {
  const read = readOpenAiLine(line, options);
  expect(read.problems).toEqual([]);
  return read.line!.requests as readonly ChatRequest[];
}

/** The only request of such a line. */
export function requestOf(line: unknown, options?: ReadOptions): ChatRequest {
  const requests = requestsOf(line, options);
  expect(requests).toHaveLength(1);
  return requests[0]!;
}

/** The request of a chat completion of these messages alone. */
export function conversationOf(...messages: Message[]): ChatRequest {
  return requestOf(chatLine({ messages }));
}

/** The request of messages, with fields beside them that OpenAI's types need not know. */
export function requestWith(fields: object): ChatRequest {
  return requestOf(lineOf({ messages: [{ role: 'user', content: 'hello' }], ...fields }));
}

/** `code path` of each problem. */
export function problemsOf(read: OpenAiRead): readonly string[] {
  return read.problems.map(({ code, path }: OpenAiProblem) => `${code} ${path}`);
}

/** `code path` of each problem of a body. */
export function problemsIn(body: unknown, url?: string): readonly string[] {
  return problemsOf(readOpenAiLine(lineOf(body, url)));
}

/** `effect code path` of each thing that is told otherwise, or not. */
export function unsupportedIn(body: unknown, url?: string): readonly string[] {
  const read = readOpenAiLine(lineOf(body, url));
  expect(read.problems).toEqual([]);
  return read.unsupported.map(({ effect, code, path }: Unsupported) => `${effect} ${code} ${path}`);
}
