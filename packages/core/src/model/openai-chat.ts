import { ANSWER_TOOL, planFormat } from './answer-format.ts';
import type { ChatRequest, ChatTool, ReasoningEffort, ToolChoice, UnsupportedSink } from './chat.ts';
import { reportExtras } from './extras.ts';
import type { ModelTraits } from './family.ts';
import type { JsonFields, JsonObject, JsonValue } from './json.ts';
import { openaiMessages } from './openai-messages.ts';
import { isBlank } from './prefill.ts';
import { samplingOf } from './sampling.ts';
import { type ToolPlan, toolsOf, toolUseId } from './tool-use.ts';
import { changed, leftOut } from './unsupported.ts';
import { opaqueUser } from './user-name.ts';

/** What tells one family's bodies from another's. */
export interface OpenaiDialect {
  /** Name of the limit of tokens. */
  readonly limit: 'max_tokens' | 'max_completion_tokens';
  /** It takes `stop`, `parallel_tool_calls`, a named tool, a format, and what else OpenAI has beside the messages. */
  readonly isFull: boolean;
  /** How the id of a call is written; absent: as Anthropic and OpenAI take it. */
  readonly toolId?: (id: string) => string;
}

/** OpenAI's own names of what these models take beside the rest (Bedrock User Guide, OpenAI models, 2026-11). */
const EXTRAS = ['seed', 'presence_penalty', 'frequency_penalty', 'logit_bias', 'logprobs', 'top_logprobs'] as const;

/** A conversation as OpenAI's chat completions take it, less `model` and `stream` (types of its SDK 7.57.0, 2026-11). */
export function openaiChat(request: ChatRequest, traits: ModelTraits, dialect: OpenaiDialect, sink: UnsupportedSink): JsonObject {
  const { isFull } = dialect;
  const own = toolsOf(request, sink);
  const means = { hasField: isFull && (traits.takesSchema ?? false), canForce: own === undefined };
  const format = planFormat(request.format, means, sink);
  const forced: ToolPlan | undefined =
    format?.kind === 'tool' ? { tools: [format.tool], choice: { kind: 'tool', name: ANSWER_TOOL } } : undefined;

  const toolId = dialect.toolId ?? toolUseId;
  const instruction = format?.kind === 'instruction' ? format.text : undefined;
  const body: JsonFields = { messages: openaiMessages(request, instruction, { traits, toolId }, sink) };
  if (request.maxTokens !== undefined) body[dialect.limit] = request.maxTokens;
  addSampling(body, request, traits, sink);
  if (request.stop !== undefined && request.stop.length > 0) {
    if (isFull) body['stop'] = request.stop;
    else leftOut(sink, 'stop_not_supported', 'stop', 'stop is left out: this model has no such field');
  }
  const plan = forced ?? own;
  if (plan !== undefined) addTools(body, plan, request, traits, dialect, sink);
  if (format?.kind === 'native') {
    const { name, description, schema, strict } = format.format;
    const written: JsonFields = { name, schema };
    if (description !== undefined) written['description'] = description;
    if (strict !== undefined) written['strict'] = strict;
    body['response_format'] = { type: 'json_schema', json_schema: written };
  }
  addReasoning(body, request.reasoning, traits, sink);
  const user = isFull ? opaqueUser(request.user, sink) : undefined;
  if (user !== undefined) body['user'] = user;
  if (!isFull && request.user !== undefined) {
    leftOut(sink, 'user_not_supported', 'user', 'user is left out: this model has no such field');
  }
  if (isFull) addExtras(body, request.extras);
  reportExtras(request, sink, isFull ? EXTRAS : []);
  return body;
}

/** `logprobs` of a completion is a number, that of a conversation a flag beside one (OpenAI API reference, 2026-11). */
function addExtras(body: JsonFields, extras: ChatRequest['extras'] = {}): void {
  for (const name of EXTRAS) if (Object.hasOwn(extras, name)) body[name] = extras[name]!;
  const { logprobs, top_logprobs: most } = body;
  if (typeof logprobs === 'number') {
    body['logprobs'] = true;
    if (logprobs > 0) body['top_logprobs'] = logprobs;
  } else if (logprobs === undefined && most !== undefined) body['logprobs'] = true;
}

function addSampling(body: JsonFields, request: ChatRequest, traits: ModelTraits, sink: UnsupportedSink): void {
  const { temperature, topP, topK } = samplingOf(request, traits, sink);
  if (temperature !== undefined) body['temperature'] = temperature;
  if (topP !== undefined) body['top_p'] = topP;
  if (topK !== undefined) leftOut(sink, 'top_k_not_supported', 'top_k', 'top_k is left out: OpenAI has no such field');
}

/** gpt-oss is told by an effort (Bedrock User Guide, OpenAI models, 2026-11), and cannot be told not to think. */
function addReasoning(
  body: JsonFields,
  reasoning: ReasoningEffort | undefined,
  traits: ModelTraits,
  sink: UnsupportedSink,
): void {
  if (reasoning === undefined) return;
  if (traits.thinking !== 'adaptive') {
    if (reasoning === 'none') return;
    leftOut(
      sink,
      'reasoning_not_supported',
      'reasoning_effort',
      'reasoning_effort is left out: it is not known how this model is told to think',
    );
    return;
  }
  const effort = reasoning === 'none' || reasoning === 'minimal' ? 'low' : reasoning === 'xhigh' ? 'high' : reasoning;
  if (effort !== reasoning) {
    changed(sink, 'reasoning_effort_changed', 'reasoning_effort', `reasoning_effort ${reasoning} is sent as ${effort}`);
  }
  body['reasoning_effort'] = effort;
}

function addTools(
  body: JsonFields,
  { tools, choice }: ToolPlan,
  { parallelToolCalls }: ChatRequest,
  traits: ModelTraits,
  { isFull }: OpenaiDialect,
  sink: UnsupportedSink,
): void {
  const named = choice?.kind === 'tool' ? tools.filter((tool) => tool.name === choice.name) : tools;
  // where no tool can be named, it is the only one there is
  body['tools'] = (isFull ? tools : named).map((tool) => toolOf(tool, traits, sink));
  if (choice !== undefined) body['tool_choice'] = isFull ? choiceOf(choice) : shortChoice(choice);
  if (parallelToolCalls === undefined) return;
  if (isFull) body['parallel_tool_calls'] = parallelToolCalls;
  else if (!parallelToolCalls) {
    leftOut(
      sink,
      'parallel_tool_calls_not_supported',
      'parallel_tool_calls',
      'parallel_tool_calls is left out: this model cannot be held to one call',
    );
  }
}

function choiceOf(choice: ToolChoice): JsonValue {
  if (choice.kind === 'tool') return { type: 'function', function: { name: choice.name } };
  return choice.kind === 'any' ? 'required' : choice.kind;
}

/** Mistral's words: `any` is OpenAI's `required`. */
function shortChoice(choice: ToolChoice): string {
  return choice.kind === 'tool' ? 'any' : choice.kind;
}

function toolOf(tool: ChatTool, traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  const written: JsonFields = { name: tool.name };
  if (tool.description !== undefined && !isBlank(tool.description)) written['description'] = tool.description;
  written['parameters'] = tool.parameters;
  if (tool.strict && traits.takesStrictTools) written['strict'] = true;
  else if (tool.strict) {
    changed(sink, 'strict_not_supported', `${tool.at}.function.strict`, 'strict is left out: this model does not take it');
  }
  return { type: 'function', function: written };
}
