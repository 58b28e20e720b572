import type { JsonObject, JsonValue } from '@batchrock/core';
import { at, type Json, listOf, objectOf, textOf } from './json.ts';

/** Something that is said in a turn. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image' | 'document'; readonly format: string; readonly base64: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly input: Json }
  | { readonly kind: 'result'; readonly id: string; readonly text: string };

export interface SaidTurn {
  readonly role: string;
  readonly blocks: readonly Block[];
}

/** What a body says, whoever wrote it. */
export interface Reading {
  readonly system: string;
  readonly turns: readonly SaidTurn[];
  readonly maxTokens: Json;
  readonly temperature: Json;
  readonly topP: Json;
  readonly stop: readonly JsonValue[];
  readonly tools: readonly { readonly name: string; readonly description: Json; readonly schema: Json }[];
  /** `auto`, `none`, `any`, `tool NAME`; undefined where nothing is said. */
  readonly choice: string | undefined;
  /** False where the model is held to one call; undefined where nothing is said. */
  readonly parallel: boolean | undefined;
  /** Of the answer, where the vendor's API has a field for it. */
  readonly schema: Json;
  /** How it is told to think, in the vendor's words. */
  readonly thinking: Json;
  readonly user: Json;
  readonly api: BodyApi;
  /** Everything, for what has no field above. */
  readonly body: JsonObject;
}

/** The API that a body is written for. */
export type BodyApi = 'anthropic' | 'nova' | 'converse' | 'openai' | 'llama' | 'embedding';

/** Reads a body by the documentation of its API. Whatever it is, nothing is thrown: what is not there is not told. */
export function readBody(api: BodyApi, body: JsonObject): Reading {
  if (api === 'anthropic') return { ...readAnthropic(body), api, body };
  if (api === 'nova' || api === 'converse') return { ...readConverse(body), api, body };
  return { ...(api === 'openai' ? readOpenai(body) : NOTHING), api, body };
}

/** What its API says; the rest is the same for all. */
type Said = Omit<Reading, 'api' | 'body'>;

const NOTHING: Said = {
  system: '',
  turns: [],
  maxTokens: undefined,
  temperature: undefined,
  topP: undefined,
  stop: [],
  tools: [],
  choice: undefined,
  parallel: undefined,
  schema: undefined,
  thinking: undefined,
  user: undefined,
};

/** Anthropic's Messages API: platform.claude.com/docs/en/api/messages. */
function readAnthropic(body: JsonObject): Said {
  const choice = objectOf(body['tool_choice']);
  const kind = textOf(choice['type']);
  return {
    system: textsOf(body['system']),
    turns: listOf(body['messages']).map((message) => ({
      role: textOf(at(message, 'role')),
      blocks: blocksOf(at(message, 'content'), anthropicBlock),
    })),
    maxTokens: body['max_tokens'],
    temperature: body['temperature'],
    topP: body['top_p'],
    stop: listOf(body['stop_sequences']),
    tools: listOf(body['tools']).map((tool) => ({
      name: textOf(at(tool, 'name')),
      description: at(tool, 'description'),
      schema: at(tool, 'input_schema'),
    })),
    choice: kind === '' ? undefined : kind === 'tool' ? `tool ${textOf(choice['name'])}` : kind,
    parallel: typeof choice['disable_parallel_tool_use'] === 'boolean' ? !choice['disable_parallel_tool_use'] : undefined,
    schema: at(body['output_config'], 'format', 'schema') ?? at(body['output_format'], 'schema'),
    thinking: body['thinking'],
    user: at(body['metadata'], 'user_id'),
  };
}

function anthropicBlock(block: JsonValue): Block | undefined {
  switch (at(block, 'type')) {
    case 'text':
      return { kind: 'text', text: textOf(at(block, 'text')) };
    case 'image':
    case 'document': {
      const format = textOf(at(block, 'source', 'media_type')).replace(/^.*\//, '');
      return { kind: at(block, 'type') as 'image', format, base64: textOf(at(block, 'source', 'data')) };
    }
    case 'tool_use':
      return { kind: 'call', id: textOf(at(block, 'id')), name: textOf(at(block, 'name')), input: at(block, 'input') };
    case 'tool_result':
      return { kind: 'result', id: textOf(at(block, 'tool_use_id')), text: textsOf(at(block, 'content')) };
    default:
      return undefined;
  }
}

/** Converse (API Reference of bedrock-runtime) and Nova's own (Nova User Guide, complete request schema), which are close. */
function readConverse(body: JsonObject): Said {
  const config = objectOf(body['inferenceConfig']);
  const more = objectOf(body['additionalModelRequestFields']);
  const choice = objectOf(at(body['toolConfig'], 'toolChoice'));
  const [kind] = Object.keys(choice);
  const native = at(body['outputConfig'], 'textFormat', 'structure', 'jsonSchema', 'schema');
  return {
    system: textsOf(body['system']),
    turns: listOf(body['messages']).map((message) => ({
      role: textOf(at(message, 'role')),
      blocks: blocksOf(at(message, 'content'), converseBlock),
    })),
    maxTokens: config['maxTokens'],
    temperature: config['temperature'],
    topP: config['topP'],
    stop: listOf(config['stopSequences']),
    tools: listOf(at(body['toolConfig'], 'tools')).map((tool) => ({
      name: textOf(at(tool, 'toolSpec', 'name')),
      description: at(tool, 'toolSpec', 'description'),
      schema: at(tool, 'toolSpec', 'inputSchema', 'json'),
    })),
    choice: kind === 'tool' ? `tool ${textOf(at(choice, 'tool', 'name'))}` : kind,
    parallel: undefined,
    schema: typeof native === 'string' ? (JSON.parse(native) as JsonValue) : undefined,
    thinking: more['thinking'] ?? more['reasoningConfig'] ?? config['reasoningConfig'] ?? more['reasoning_effort'],
    user: at(body['requestMetadata'], 'user'),
  };
}

function converseBlock(block: JsonValue): Block | undefined {
  const said = objectOf(block);
  if (typeof said['text'] === 'string') return { kind: 'text', text: said['text'] };
  for (const kind of ['image', 'document'] as const) {
    const media = said[kind];
    if (media !== undefined) {
      return { kind, format: textOf(at(media, 'format')), base64: textOf(at(media, 'source', 'bytes')) };
    }
  }
  if (said['toolUse'] !== undefined) {
    const { toolUseId, name, input } = objectOf(said['toolUse']);
    return { kind: 'call', id: textOf(toolUseId), name: textOf(name), input };
  }
  if (said['toolResult'] === undefined) return undefined;
  const { toolUseId, content } = objectOf(said['toolResult']);
  const texts = listOf(content).map((each) => {
    const json = at(each, 'json');
    return json === undefined ? textOf(at(each, 'text')) : JSON.stringify(json);
  });
  return { kind: 'result', id: textOf(toolUseId), text: texts.join('\n') };
}

/** OpenAI's chat completions, as the models with open weights take them. */
function readOpenai(body: JsonObject): Said {
  const messages = listOf(body['messages']);
  const isInstruction = (message: JsonValue): boolean => /^(system|developer)$/.test(textOf(at(message, 'role')));
  // the first form of tools, which OpenAI's API still takes
  const choice = body['tool_choice'] ?? body['function_call'];
  const tools = [...listOf(body['tools']).map((tool) => at(tool, 'function')), ...listOf(body['functions'])];
  const named = at(choice, 'function', 'name') ?? at(choice, 'name');
  const words: Readonly<Record<string, string>> = { required: 'any' };
  return {
    system: messages
      .filter(isInstruction)
      .map((message) => textsOf(at(message, 'content')))
      .join('\n'),
    turns: messages.filter((message) => !isInstruction(message)).map(openaiTurn),
    maxTokens: body['max_completion_tokens'] ?? body['max_tokens'],
    temperature: body['temperature'],
    topP: body['top_p'],
    stop: typeof body['stop'] === 'string' ? [body['stop']] : listOf(body['stop']),
    tools: tools.map((tool) => ({
      name: textOf(at(tool, 'name')),
      description: at(tool, 'description'),
      schema: at(tool, 'parameters'),
    })),
    choice: typeof choice === 'string' ? (words[choice] ?? choice) : named === undefined ? undefined : `tool ${textOf(named)}`,
    parallel: typeof body['parallel_tool_calls'] === 'boolean' ? body['parallel_tool_calls'] : undefined,
    schema: at(body['response_format'], 'json_schema', 'schema'),
    thinking: body['reasoning_effort'],
    user: body['user'],
  };
}

function openaiTurn(message: JsonValue): SaidTurn {
  const role = textOf(at(message, 'role'));
  const content = at(message, 'content');
  if (role === 'tool')
    return { role, blocks: [{ kind: 'result', id: textOf(at(message, 'tool_call_id')), text: textsOf(content) }] };
  const calls = listOf(at(message, 'tool_calls')).map((call): Block => {
    const input = JSON.parse(textOf(at(call, 'function', 'arguments')) || '{}') as JsonValue;
    return { kind: 'call', id: textOf(at(call, 'id')), name: textOf(at(call, 'function', 'name')), input };
  });
  return { role, blocks: [...blocksOf(content, openaiBlock), ...calls] };
}

function openaiBlock(part: JsonValue): Block | undefined {
  if (at(part, 'type') === 'text') return { kind: 'text', text: textOf(at(part, 'text')) };
  const [, format = '', base64 = ''] = /^data:image\/(\w+);base64,(.*)$/.exec(textOf(at(part, 'image_url', 'url'))) ?? [];
  return base64 === '' ? undefined : { kind: 'image', format, base64 };
}

function blocksOf(content: Json, read: (block: JsonValue) => Block | undefined): readonly Block[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listOf(content).flatMap((each) => read(each) ?? []);
}

/** The texts of a text, or of a list of blocks, a line each. */
function textsOf(content: Json): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((each) => textOf(at(each, 'text')))
    .join('\n');
}
