import { ANSWER_TOOL, planFormat } from './answer-format.ts';
import type { ChatRequest, ChatTool, UnsupportedSink } from './chat.ts';
import { converseMessages, converseSystem } from './converse-messages.ts';
import { reportExtras } from './extras.ts';
import type { ModelTraits } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { novaToolSchema } from './nova-tool-schema.ts';
import { isBlank } from './prefill.ts';
import { type Sampling, samplingOf } from './sampling.ts';
import { hasToolTurns, type ToolPlan, toolsOf } from './tool-use.ts';
import { changed, leftOut } from './unsupported.ts';

/** Documents are for Converse alone (Amazon Nova 2 User Guide, Using the Invoke API, 2026-11). */
const MEDIA = ['image', 'video', 'audio'] as const;

/** A conversation as Nova takes it through InvokeModel (Nova User Guides, complete request schema of 1 and 2, 2026-11). */
export function novaChat(request: ChatRequest, traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  const reasoning = novaReasoning(request, traits, sink);
  const own = novaTools(request, sink);
  const canForce = own === undefined && !isThinking(reasoning);
  const format = planFormat(request.format, { hasField: false, canForce }, sink);
  const tools: ToolPlan | undefined =
    format?.kind === 'tool' ? { tools: [format.tool], choice: { kind: 'tool', name: ANSWER_TOOL } } : own;

  const rules = { traits, kinds: MEDIA, names: new Set<string>(), takesTtl: false };
  const body: JsonFields = { schemaVersion: 'messages-v1' };
  const instruction = format?.kind === 'instruction' ? format.text : undefined;
  const system = converseSystem(request.system, instruction, rules, sink);
  if (system !== undefined) body['system'] = system;
  body['messages'] = converseMessages(request, rules, sink);
  const config = inferenceConfig(request, traits, reasoning, sink);
  if (Object.keys(config).length > 0) body['inferenceConfig'] = config;
  if (tools !== undefined) body['toolConfig'] = toolConfig(tools, request, isThinking(reasoning), sink);
  if (request.user !== undefined) leftOut(sink, 'user_not_supported', 'user', 'user is left out: Nova has no such field');
  reportExtras(request, sink);
  return body;
}

/** Nova cannot be told to call none: tools that nobody called yet stay away, others stay and are reported. */
function novaTools(request: ChatRequest, sink: UnsupportedSink): ToolPlan | undefined {
  const plan = toolsOf(request, sink);
  if (plan?.choice?.kind !== 'none') return plan;
  if (!hasToolTurns(request)) return undefined;
  changed(sink, 'tool_choice_changed', 'tool_choice', 'tool_choice is sent as auto: Nova cannot be told to call no tool');
  return { tools: plan.tools };
}

function inferenceConfig(
  request: ChatRequest,
  traits: ModelTraits,
  reasoning: JsonObject | undefined,
  sink: UnsupportedSink,
): JsonFields {
  const isHigh = reasoning?.['maxReasoningEffort'] === 'high';
  const sampling: Sampling = samplingOf(request, traits, sink, isHigh ? HIGH_EFFORT : undefined);
  const config: JsonFields = {};
  if (request.maxTokens !== undefined && isHigh) {
    leftOut(sink, 'max_tokens_not_supported', 'max_tokens', `max_tokens is left out: ${HIGH_EFFORT}`);
  } else if (request.maxTokens !== undefined) config['maxTokens'] = request.maxTokens;
  if (sampling.temperature !== undefined) config['temperature'] = sampling.temperature;
  if (sampling.topP !== undefined) config['topP'] = sampling.topP;
  if (sampling.topK !== undefined) config['topK'] = sampling.topK;
  if (request.stop !== undefined && request.stop.length > 0) config['stopSequences'] = request.stop;
  if (reasoning !== undefined) config['reasoningConfig'] = reasoning;
  return config;
}

/** Amazon Nova 2 User Guide, Extended thinking, 2026-11: with the effort `high`, these have to be unset. */
export const HIGH_EFFORT = 'Nova sets it itself when it thinks as much as it can';

/** `reasoningConfig` of Nova 2; undefined where it is not told to think. */
export function novaReasoning({ reasoning }: ChatRequest, traits: ModelTraits, sink: UnsupportedSink): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  if (traits.thinking === 'none' || traits.thinking === undefined) {
    if (reasoning !== 'none') {
      leftOut(sink, 'reasoning_not_supported', 'reasoning_effort', 'reasoning_effort is left out: this model does not think');
    }
    return undefined;
  }
  if (reasoning === 'none') return { type: 'disabled' };
  const effort = reasoning === 'minimal' ? 'low' : reasoning === 'xhigh' ? 'high' : reasoning;
  if (effort !== reasoning) {
    changed(sink, 'reasoning_effort_changed', 'reasoning_effort', `reasoning_effort ${reasoning} is sent as ${effort}`);
  }
  return { type: 'enabled', maxReasoningEffort: effort };
}

function isThinking(reasoning: JsonObject | undefined): boolean {
  return reasoning?.['type'] === 'enabled';
}

function toolConfig({ tools, choice }: ToolPlan, request: ChatRequest, thinks: boolean, sink: UnsupportedSink): JsonObject {
  if (request.parallelToolCalls === false && request.tools !== undefined) {
    leftOut(
      sink,
      'parallel_tool_calls_not_supported',
      'parallel_tool_calls',
      'parallel_tool_calls is left out: Nova cannot be held to one call',
    );
  }
  const config: JsonFields = { tools: tools.map((tool) => ({ toolSpec: toolSpec(tool, sink) })) };
  if ((choice?.kind === 'any' || choice?.kind === 'tool') && thinks) {
    changed(sink, 'tool_choice_changed', 'tool_choice', 'tool_choice is sent as auto: no tool is forced while the model thinks');
    config['toolChoice'] = { auto: {} };
  } else if (choice?.kind === 'tool') config['toolChoice'] = { tool: { name: choice.name } };
  else if (choice !== undefined) config['toolChoice'] = choice.kind === 'any' ? { any: {} } : { auto: {} };
  return config;
}

function toolSpec(tool: ChatTool, sink: UnsupportedSink): JsonObject {
  if (tool.strict) {
    changed(sink, 'strict_not_supported', `${tool.at}.function.strict`, 'strict is left out: this model does not take it');
  }
  const spec: JsonFields = { name: tool.name };
  if (tool.description !== undefined && !isBlank(tool.description)) spec['description'] = tool.description;
  spec['inputSchema'] = { json: novaToolSchema(tool, sink) };
  return spec;
}
