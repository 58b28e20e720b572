import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4Usage,
  Experimental_TextBatchV4ItemResult as TextItem,
} from '@ai-sdk/provider';
import type { OutputLine } from '../sdk/batch/index.ts';

/** A chat completion, as far as it is read. */
interface Completion {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly [
    {
      readonly finish_reason: string;
      readonly message: {
        readonly content: string | null;
        readonly refusal?: string | null;
        readonly reasoning_content?: string;
        readonly tool_calls?: readonly {
          readonly id: string;
          readonly function: { readonly name: string; readonly arguments: string };
        }[];
      };
    },
  ];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly cache_write_tokens?: number };
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number };
  };
}

/** A line of an OpenAI batch output as the AI SDK tells the end of a request. */
export function itemOf({ custom_id, response, error }: OutputLine): TextItem {
  const id = custom_id ?? '';
  if (error === null && response?.status_code === 200) {
    return { type: 'text', id, status: 'succeeded', result: resultOf(response.body as unknown as Completion) };
  }
  const { code = 'record_missing', message = 'there is no response' } = error ?? {};
  if (code === 'batch_cancelled') return { type: 'text', id, status: 'cancelled', error: { code, message } };
  if (code === 'batch_expired') return { type: 'text', id, status: 'expired', error: { code, message } };
  const statusCode = response?.status_code;
  return { type: 'text', id, status: 'failed', error: { code, message, ...(statusCode !== undefined && { statusCode }) } };
}

function resultOf({ id, created, model, choices, usage }: Completion): LanguageModelV4GenerateResult {
  const [{ message, finish_reason }] = choices;
  const content: LanguageModelV4Content[] = [];
  if (message.reasoning_content) content.push({ type: 'reasoning', text: message.reasoning_content });
  const text = message.content ?? message.refusal;
  if (text) content.push({ type: 'text', text });
  for (const { id: toolCallId, function: called } of message.tool_calls ?? []) {
    content.push({ type: 'tool-call', toolCallId, toolName: called.name, input: called.arguments });
  }
  return {
    content,
    finishReason: { unified: FINISH[finish_reason] ?? 'other', raw: finish_reason },
    usage: usageOf(usage),
    response: { id, timestamp: new Date(created * 1000), modelId: model },
    warnings: [],
  };
}

const FINISH: Readonly<Record<string, LanguageModelV4FinishReason['unified']>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
};

function usageOf(usage: Completion['usage']): LanguageModelV4Usage {
  const total = usage?.prompt_tokens;
  const cacheRead = usage?.prompt_tokens_details?.cached_tokens;
  const cacheWrite = usage?.prompt_tokens_details?.cache_write_tokens;
  const reasoning = usage?.completion_tokens_details?.reasoning_tokens;
  const output = usage?.completion_tokens;
  return {
    inputTokens: {
      total,
      noCache: total === undefined ? undefined : total - (cacheRead ?? 0) - (cacheWrite ?? 0),
      cacheRead,
      cacheWrite,
    },
    outputTokens: { total: output, text: output === undefined ? undefined : output - (reasoning ?? 0), reasoning },
  };
}
