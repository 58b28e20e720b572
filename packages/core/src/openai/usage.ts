import type { ReplyUsage } from '../model/index.ts';

/** `usage` of chat completions and completions. */
export interface CompletionUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number };
  completion_tokens_details?: { reasoning_tokens: number };
}

/** `usage` of a response. */
export interface ResponseUsage {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
}

/** What all records of a line used together: each of them was paid. Undefined where one does not tell. */
export function sumUsage(usages: readonly (ReplyUsage | undefined)[]): ReplyUsage | undefined {
  let sum: ReplyUsage | undefined;
  for (const each of usages) {
    if (each === undefined) return undefined;
    sum = sum === undefined ? each : add(sum, each);
  }
  return sum;
}

function add(a: ReplyUsage, b: ReplyUsage): ReplyUsage {
  const cacheRead = addCounts(a.cacheRead, b.cacheRead);
  const cacheWrite = addCounts(a.cacheWrite, b.cacheWrite);
  const reasoning = addCounts(a.reasoning, b.reasoning);
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

function addCounts(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

/** Details are there where the model tells them. */
export function completionUsage(usage: ReplyUsage): CompletionUsage {
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  const of: CompletionUsage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  if (cacheRead !== undefined || cacheWrite !== undefined) {
    of.prompt_tokens_details = { cached_tokens: cacheRead ?? 0 };
    if (cacheWrite !== undefined) of.prompt_tokens_details.cache_write_tokens = cacheWrite;
  }
  if (reasoning !== undefined) of.completion_tokens_details = { reasoning_tokens: reasoning };
  return of;
}

/** OpenAI requires the details of a response: 0 where the model tells none. */
export function responseUsage(usage: ReplyUsage): ResponseUsage {
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead ?? 0, cache_write_tokens: cacheWrite ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning ?? 0 },
    total_tokens: input + output,
  };
}
