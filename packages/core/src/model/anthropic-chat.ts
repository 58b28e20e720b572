import { ANSWER_TOOL, planFormat } from './answer-format.ts';
import { anthropicMessages, anthropicSystem } from './anthropic-messages.ts';
import { planThinking } from './anthropic-thinking.ts';
import type { ChatRequest, ChatTool, ToolChoice, UnsupportedSink } from './chat.ts';
import { reportExtras } from './extras.ts';
import type { ModelTraits } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { isBlank } from './prefill.ts';
import { samplingOf } from './sampling.ts';
import { type ToolPlan, toolsOf } from './tool-use.ts';
import { changed, leftOut } from './unsupported.ts';
import { opaqueUser } from './user-name.ts';

/** A conversation as Anthropic's Messages API takes it through InvokeModel (types of its SDK 1.12.0, 2026-11). */
export function anthropicChat(request: ChatRequest, traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  const own = toolsOf(request, sink);
  const isForced = own?.choice?.kind === 'any' || own?.choice?.kind === 'tool';
  const hasField = traits.takesSchema ?? false;
  const mayForce = own === undefined && (request.reasoning === undefined || request.reasoning === 'none');
  const format = planFormat(request.format, { hasField, canForce: mayForce }, sink);
  const thinking = planThinking(request, traits, isForced || format?.kind === 'tool', sink);
  const sampling = samplingOf(
    request,
    traits,
    sink,
    thinking.isThinking ? 'Claude takes it only while it does not think' : undefined,
  );
  const tools = format?.kind === 'tool' ? answerTools(format.tool) : own;

  const body: JsonFields = {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: request.maxTokens ?? thinking.maxTokens,
  };
  const system = anthropicSystem(request.system, format?.kind === 'instruction' ? format.text : undefined, sink);
  if (system !== undefined) body['system'] = system;
  body['messages'] = anthropicMessages(request, traits, sink);
  if (sampling.temperature !== undefined) body['temperature'] = sampling.temperature;
  if (sampling.topP !== undefined) body['top_p'] = sampling.topP;
  if (sampling.topK !== undefined) body['top_k'] = sampling.topK;
  const stop = soundStops(request.stop, sink);
  if (stop.length > 0) body['stop_sequences'] = stop;
  if (tools !== undefined) {
    body['tools'] = tools.tools.map((tool) => toolOf(tool, traits, sink));
    const choice = choiceOf(tools.choice, request, thinking.isThinking, sink);
    if (choice !== undefined) body['tool_choice'] = choice;
  }
  if (thinking.thinking !== undefined) body['thinking'] = thinking.thinking;
  const output: JsonFields = {};
  if (thinking.effort !== undefined) output['effort'] = thinking.effort;
  if (format?.kind === 'native') output['format'] = { type: 'json_schema', schema: format.format.schema };
  if (thinking.effort !== undefined || format?.kind === 'native') body['output_config'] = output;
  const user = opaqueUser(request.user, sink);
  if (user !== undefined) body['metadata'] = { user_id: user };
  reportExtras(request, sink);
  return body;
}

function answerTools(tool: ChatTool): ToolPlan {
  return { tools: [tool], choice: { kind: 'tool', name: ANSWER_TOOL } };
}

function toolOf(tool: ChatTool, traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  const written: JsonFields = { name: tool.name };
  if (tool.description !== undefined && !isBlank(tool.description)) written['description'] = tool.description;
  written['input_schema'] = objectSchema(tool.parameters);
  if (tool.strict && traits.takesStrictTools) written['strict'] = true;
  else if (tool.strict) {
    changed(sink, 'strict_not_supported', `${tool.at}.function.strict`, 'strict is left out: this model does not take it');
  }
  return written;
}

/** Anthropic demands that the schema of a tool says that it is of an object. */
function objectSchema(parameters: JsonObject): JsonObject {
  return parameters['type'] === 'object' ? parameters : { ...parameters, type: 'object' };
}

function choiceOf(
  choice: ToolChoice | undefined,
  { parallelToolCalls }: ChatRequest,
  isThinking: boolean,
  sink: UnsupportedSink,
): JsonObject | undefined {
  if (choice?.kind === 'none') return { type: 'none' };
  const written: JsonFields = { type: 'auto' };
  if (choice?.kind === 'any' || choice?.kind === 'tool') {
    if (isThinking) {
      changed(sink, 'tool_choice_changed', 'tool_choice', 'tool_choice is sent as auto: Claude forces no tool while it thinks');
    } else {
      written['type'] = choice.kind;
      if (choice.kind === 'tool') written['name'] = choice.name;
    }
  }
  if (parallelToolCalls === false) written['disable_parallel_tool_use'] = true;
  return choice === undefined && parallelToolCalls !== false ? undefined : written;
}

/** Claude refuses stop sequences of nothing but white space (Messages API, 2026-11). */
function soundStops(stop: readonly string[] | undefined, sink: UnsupportedSink): readonly string[] {
  if (stop === undefined) return [];
  const sound = stop.filter((each) => !isBlank(each));
  if (sound.length < stop.length) {
    leftOut(sink, 'stop_not_supported', 'stop', 'stop sequences of nothing but white space are left out: Claude refuses them');
  }
  return sound;
}
