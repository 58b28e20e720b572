import type { JsonObject } from '../json.ts';
import { COUNT, FILLED, list, open, SAID, TOOL_NAME, words } from './pieces.ts';

const block = open({ text: SAID });
const blocks = list(block, 1);
const saidOrBlocks = { ...SAID, ...blocks, type: ['string', 'array'] };
const conversation = (content: JsonObject): JsonObject =>
  list(open({ 'role!': words('user', 'assistant'), 'content!': content }), 1);
const nothing = (why: string): JsonObject => ({ not: {}, description: why });

const anthropic = open({
  'anthropic_version!': { const: 'bedrock-2023-05-31' },
  'max_tokens!': COUNT,
  'messages!': conversation(saidOrBlocks),
  tools: list(open({ name: TOOL_NAME }), 1),
});

const specs = list(open({ toolSpec: open({ 'name!': TOOL_NAME, 'inputSchema!': open({}) }) }), 1);
const nova = open({ 'messages!': conversation(blocks), toolConfig: open({ 'tools!': specs }) });
const converse = open({
  'messages!': conversation(blocks),
  // a job that speaks Converse fails every record that has tools (Bedrock User Guide, batch inference, 2026-11)
  toolConfig: nothing('tools'),
});

const turn = open({
  'role!': words('system', 'developer', 'user', 'assistant', 'tool'),
  content: { ...list(open({ 'type!': SAID }), 1), type: ['string', 'array', 'null'] },
});
const functions = list(open({ 'type!': words('function'), 'function!': open({ 'name!': TOOL_NAME }) }), 1);
const openAi = open({ 'messages!': list(turn, 1), max_tokens: COUNT, max_completion_tokens: COUNT, tools: functions });

const prompt = open({ 'prompt!': SAID });

/**
 * JSON schemas (draft 2020-12) of what a family's model refuses in every request, whoever has made it: what has to be there, roles,
 * names of tools, texts with nothing in them. Unlike `REQUEST_SCHEMAS` they say nothing of what is not written here.
 */
export const GIVEN_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  anthropic,
  nova,
  converse,
  'openai-shaped': openAi,
  'gpt-oss': openAi,
  'mistral-chat': openAi,
  'mistral-prompt': prompt,
  llama: prompt,
  'llama-4': prompt,
  'titan-embed-text': open({ 'inputText!': FILLED }),
  'titan-embed-image': open(
    { inputText: FILLED, inputImage: FILLED },
    { anyOf: [{ required: ['inputText'] }, { required: ['inputImage'] }] },
  ),
  'nova-embed': open({ 'taskType!': SAID }),
  'cohere-embed-v3': open({ 'input_type!': SAID }),
  'cohere-embed-v4': open({ 'input_type!': SAID }),
};
