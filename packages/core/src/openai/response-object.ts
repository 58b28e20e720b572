import type { ChatReply } from '../model/index.ts';
import type { AnsweredLine } from './answer.ts';
import { argumentsText } from './completion-object.ts';
import { type Given, isObject } from './findings.ts';
import { type ResponseUsage, responseUsage } from './usage.ts';

/** One item of `output`. */
export type ResponseItem =
  | { id: string; type: 'reasoning'; summary: []; content: { type: 'reasoning_text'; text: string }[]; status: 'completed' }
  | {
      id: string;
      type: 'message';
      role: 'assistant';
      status: 'completed' | 'incomplete';
      content: ({ type: 'output_text'; text: string; annotations: []; logprobs: [] } | { type: 'refusal'; refusal: string })[];
    }
  | { id: string; type: 'function_call'; call_id: string; name: string; arguments: string; status: 'completed' | 'incomplete' };

/** An answer of `/v1/responses`. */
export interface ResponseObject {
  id: string;
  object: 'response';
  created_at: number;
  completed_at: number;
  status: 'completed' | 'incomplete';
  error: null;
  incomplete_details: { reason: 'max_output_tokens' | 'content_filter' } | null;
  model: string;
  output: ResponseItem[];
  usage?: ResponseUsage;
  /** The rest repeats what was asked. */
  [echoed: string]: unknown;
}

/** Fields of the request that a response repeats, and what they are where they were left out (API reference, 2026-11). */
const ECHOED: Readonly<Record<string, Given>> = {
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
};

/** Makes a response of a reply. Ids are made from the record's. */
export function responseObject(line: AnsweredLine, reply: ChatReply): ResponseObject {
  const reason = incompleteReason(reply);
  const body = isObject(line.body) ? line.body : {};
  return {
    id: `resp_${line.recordId}`,
    object: 'response',
    created_at: line.created,
    completed_at: line.created,
    status: reason === undefined ? 'completed' : 'incomplete',
    background: false,
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    model: line.model,
    output: output(line.recordId, reply),
    access_programs: null,
    ...Object.fromEntries(Object.entries(ECHOED).map(([key, unset]) => [key, body[key] ?? unset])),
    ...(reply.usage === undefined ? {} : { usage: responseUsage(reply.usage) }),
  };
}

function incompleteReason({ finish }: ChatReply): 'max_output_tokens' | 'content_filter' | undefined {
  if (finish === 'length') return 'max_output_tokens';
  return finish === 'content_filter' ? 'content_filter' : undefined;
}

function output(recordId: string, reply: ChatReply): ResponseItem[] {
  const items: ResponseItem[] = [];
  const status = reply.finish === 'length' ? 'incomplete' : 'completed';
  if (reply.reasoning !== undefined && reply.reasoning !== '') {
    const content = [{ type: 'reasoning_text' as const, text: reply.reasoning }];
    items.push({ id: `rs_${recordId}`, type: 'reasoning', summary: [], content, status: 'completed' });
  }
  if ((reply.text !== undefined && reply.text !== '') || reply.toolCalls.length === 0) {
    const text = reply.text ?? '';
    const part =
      reply.finish === 'refusal'
        ? ({ type: 'refusal', refusal: text } as const)
        : ({ type: 'output_text', text, annotations: [], logprobs: [] } satisfies object as {
            type: 'output_text';
            text: string;
            annotations: [];
            logprobs: [];
          });
    items.push({ id: `msg_${recordId}`, type: 'message', role: 'assistant', status, content: [part] });
  }
  for (const [i, { id, name, input }] of reply.toolCalls.entries()) {
    items.push({ id: `fc_${recordId}_${i}`, type: 'function_call', call_id: id, name, arguments: argumentsText(input), status });
  }
  return items;
}
