import type {
  LanguageModelV4CallOptions,
  SharedV4Warning,
  Experimental_TextBatchV4Request as TextRequest,
} from '@ai-sdk/provider';
import type { BatchLine } from '../sdk/batch/index.ts';
import { messagesOf } from './request-messages.ts';

/** A request as a line of an OpenAI batch file, and what of it that format has no word for. */
export interface WrittenRequest {
  readonly line: BatchLine;
  readonly warnings: readonly SharedV4Warning[];
}

/** Writes a request of the AI SDK as a chat completion; its id is the `custom_id`. */
export function requestLine({ id, options }: TextRequest): WrittenRequest {
  const warnings: SharedV4Warning[] = [];
  const body: Record<string, unknown> = {
    messages: messagesOf(options.prompt, (warning) => warnings.push(warning)),
    max_completion_tokens: options.maxOutputTokens,
    temperature: options.temperature,
    top_p: options.topP,
    top_k: options.topK,
    presence_penalty: options.presencePenalty,
    frequency_penalty: options.frequencyPenalty,
    seed: options.seed,
    stop: options.stopSequences?.length ? options.stopSequences : undefined,
    reasoning_effort: options.reasoning === 'provider-default' ? undefined : options.reasoning,
    response_format: formatOf(options.responseFormat),
    ...toolsOf(options, (warning) => warnings.push(warning)),
  };
  return { line: { custom_id: id, method: 'POST', url: '/v1/chat/completions', body }, warnings };
}

function formatOf(format: LanguageModelV4CallOptions['responseFormat']): object | undefined {
  if (format === undefined || format.type === 'text') return undefined;
  const { schema, name = 'response', description } = format;
  if (schema === undefined) return { type: 'json_object' };
  return { type: 'json_schema', json_schema: { name, ...(description !== undefined && { description }), schema } };
}

function toolsOf(
  { tools = [], toolChoice }: Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'>,
  warn: (warning: SharedV4Warning) => void,
): { readonly tools?: readonly object[]; readonly tool_choice?: string | object } {
  const functions: object[] = [];
  for (const tool of tools) {
    if (tool.type === 'provider') {
      warn({ type: 'unsupported', feature: `tool ${tool.id}`, details: 'no tool runs at the service in a batch' });
      continue;
    }
    const { name, description, inputSchema: parameters, strict } = tool;
    functions.push({ type: 'function', function: { name, description, parameters, strict } });
  }
  if (functions.length === 0) return {};
  if (toolChoice === undefined) return { tools: functions };
  const named = toolChoice.type === 'tool' && { type: 'function', function: { name: toolChoice.toolName } };
  return { tools: functions, tool_choice: named || toolChoice.type };
}
