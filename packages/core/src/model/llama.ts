import type { ChatReply, ChatRequest, UnsupportedSink } from './chat.ts';
import type { Answer, Family, ModelTraits, RequestInput } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { plainConversation } from './prompt-text.ts';
import { count, present, property, stringOrEmpty } from './reading.ts';
import { replyOf, usageBeside } from './reply-reading.ts';
import { samplingOf } from './sampling.ts';
import { leftOut } from './unsupported.ts';

/** Bedrock User Guide, Meta Llama models, 2026-11: the model's own defaults are 512, 0.5 and 0.9. */
const params: readonly ParamSpec[] = [
  { name: 'max_tokens', kind: 'integer', min: 1, max: 8192, about: 'most tokens of an answer' },
  { name: 'temperature', kind: 'number', min: 0, max: 1, about: 'randomness' },
  { name: 'top_p', kind: 'number', min: 0, max: 1, about: 'nucleus sampling' },
];

/** The tokens of a chat template: `open role close text end`. */
interface Marks {
  readonly open: string;
  readonly close: string;
  readonly end: string;
}

/** Meta, Model cards and prompt formats of Llama 3 and of Llama 4 (2026-11). */
const LLAMA_3: Marks = { open: '<|start_header_id|>', close: '<|end_header_id|>\n\n', end: '<|eot_id|>' };
const LLAMA_4: Marks = { open: '<|header_start|>', close: '<|header_end|>\n\n', end: '<|eot|>' };

/** Meta Llama 3.1 to 3.3, as InvokeModel takes them: one text in Meta's chat template. */
export const llama: Family = promptFamily('llama', LLAMA_3);

/** Meta Llama 4: the same with other tokens. */
export const llama4: Family = promptFamily('llama-4', LLAMA_4);

function promptFamily(name: string, marks: Marks): Family {
  const request = ({ text, system, params: values }: RequestInput): JsonObject =>
    present({
      prompt: `${begin(system, marks)}${turn('user', text, marks)}${marks.open}assistant${marks.close}`,
      max_gen_len: values['max_tokens'],
      temperature: values['temperature'],
      top_p: values['top_p'],
    }) as JsonObject;
  return {
    name,
    task: 'text',
    invocationType: 'InvokeModel',
    params,
    parseParams: (raw) => parseParamsBy(params, name, raw),
    request,
    sentinel: () => request({ text: '.', params: { max_tokens: 1 } }),
    refusesTools: 'InvokeModel takes one text of it, and no tools',
    chat: (asked, traits, sink) => chat(asked, traits, marks, sink),
    reply,
    answer,
  };
}

function begin(system: string | undefined, marks: Marks): string {
  return `<|begin_of_text|>${system === undefined ? '' : turn('system', system, marks)}`;
}

function turn(role: string, text: string, { open, close, end }: Marks): string {
  return `${open}${role}${close}${text}${end}`;
}

function chat(request: ChatRequest, traits: ModelTraits, marks: Marks, sink: UnsupportedSink): JsonObject {
  const { system, turns } = plainConversation(request, traits, ['<|'], sink);
  const last = turns[turns.length - 1];
  const isBegun = last?.role === 'assistant';
  let prompt = begin(system === '' ? undefined : system, marks);
  for (const each of isBegun ? turns.slice(0, -1) : turns) prompt += turn(each.role, each.text, marks);
  prompt += `${marks.open}assistant${marks.close}${isBegun ? last.text : ''}`;
  const body: JsonFields = { prompt };
  const { temperature, topP, topK } = samplingOf(request, traits, sink);
  if (request.maxTokens !== undefined) body['max_gen_len'] = request.maxTokens;
  if (temperature !== undefined) body['temperature'] = temperature;
  if (topP !== undefined) body['top_p'] = topP;
  if (topK !== undefined) leftOut(sink, 'top_k_not_supported', 'top_k', 'top_k is left out: Llama has no such field');
  if (request.stop !== undefined && request.stop.length > 0) {
    leftOut(sink, 'stop_not_supported', 'stop', 'stop is left out: Llama has no such field');
  }
  return body;
}

function answer(modelOutput: unknown): Answer | undefined {
  const text = property(modelOutput, 'generation');
  if (typeof text !== 'string') return undefined;
  return present({
    text,
    stopReason: stringOrEmpty(property(modelOutput, 'stop_reason')),
    inputTokens: count(property(modelOutput, 'prompt_token_count')),
    outputTokens: count(property(modelOutput, 'generation_token_count')),
  });
}

function reply(modelOutput: unknown): ChatReply | undefined {
  const read = answer(modelOutput);
  if (read === undefined) return undefined;
  return replyOf({
    texts: [read.text ?? ''],
    thoughts: [],
    calls: [],
    finish: read.stopReason === 'length' ? 'length' : 'stop',
    stopReason: read.stopReason,
    usage: usageBeside({ input: read.inputTokens, output: read.outputTokens }),
  });
}
