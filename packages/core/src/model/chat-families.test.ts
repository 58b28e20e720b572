import { describe, expect, it } from 'vitest';
import { ANSWER_TOOL } from './answer-format.ts';
import type { ChatRequest, MediaBlock, Unsupported } from './chat.ts';
import { chatFamily } from './chat-family.ts';
import type { ModelTraits } from './family.ts';
import type { JsonObject } from './json.ts';
import { resolveModel } from './resolve.ts';

const HAIKU_45 = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const SONNET_45 = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const OPUS_46 = 'us.anthropic.claude-opus-4-6-v1';
const OPUS_5 = 'us.anthropic.claude-opus-5';
const NOVA = 'us.amazon.nova-lite-v1:0';
const NOVA_2 = 'us.amazon.nova-2-lite-v1:0';
type Type = 'InvokeModel' | 'Converse';

interface Written {
  readonly body: JsonObject;
  /** `effect code path` of what was reported. */
  readonly told: readonly string[];
}

function write(modelId: string, type: Type, request: Partial<ChatRequest>, change: ModelTraits = {}): Written {
  const model = resolveModel(modelId);
  const told: string[] = [];
  const sink = ({ effect, code, path }: Unsupported) => void told.push(`${effect} ${code} ${path}`);
  const body = model.speaks[type]!.chat!({ ...hi, ...request }, { ...model.traits, ...change }, sink);
  return { body, told };
}

const hi: ChatRequest = { turns: [{ role: 'user', content: [{ kind: 'text', text: 'Hi' }] }] };
const weather = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const tool = { at: 'tools[0]', name: 'weather', description: 'Tells it', parameters: weather, strict: true };
const png: MediaBlock = {
  kind: 'image',
  at: 'messages[0].content[1]',
  mediaType: 'image/png',
  source: { kind: 'bytes', base64: 'iVBORw0K' },
  detail: 'high',
};
const pdf: MediaBlock = {
  kind: 'document',
  at: 'messages[0].content[2]',
  mediaType: 'application/pdf',
  source: { kind: 'bytes', base64: 'JVBERi0x' },
  name: 'my_report: v2.pdf',
};
const called: ChatRequest = {
  system: [{ text: 'Be brief.', cache: {} }, { text: ' ' }, { text: 'Be kind.' }],
  turns: [
    { role: 'user', content: [{ kind: 'text', text: 'Weather?', cache: { ttl: '1h' } }] },
    {
      role: 'assistant',
      content: [
        { kind: 'text', text: 'I look.' },
        { kind: 'tool-use', at: 'messages[1].tool_calls[0]', id: 'call.1', name: 'weather', input: { city: 'Rome' } },
      ],
    },
    {
      role: 'user',
      content: [
        { kind: 'tool-result', at: 'messages[2]', id: 'call.1', content: [{ kind: 'text', text: 'sunny' }], isError: true },
        { kind: 'text', text: 'And?' },
      ],
    },
  ],
  tools: [tool],
};
const schema = { kind: 'schema', name: 'city', schema: weather } as const;

describe('a conversation with Claude through InvokeModel', () => {
  it('has system blocks, turns, calls and results in Anthropic’s words', () => {
    const { body, told } = write(HAIKU_45, 'InvokeModel', {
      ...called,
      maxTokens: 9,
      temperature: 0,
      topK: 5,
      stop: ['END', ' '],
      user: 'u-1',
      metadata: { batch: '7' },
      toolChoice: { kind: 'any' },
      parallelToolCalls: false,
    });
    const id = (body['messages'] as { content: { id: string }[] }[])[1]!.content[1]!.id;
    expect(id).toMatch(/^call_[0-9a-zA-Z]{11}$/);
    expect(body).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 9,
      system: [
        { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'Be kind.' },
      ],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Weather?', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id, name: 'weather', input: { city: 'Rome' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: id, content: [{ type: 'text', text: 'sunny' }], is_error: true },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
      temperature: 0,
      top_k: 5,
      stop_sequences: ['END'],
      tools: [{ name: 'weather', description: 'Tells it', input_schema: weather, strict: true }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      metadata: { user_id: 'u-1' },
    });
    expect(told).toEqual(['left-out stop_not_supported stop']);
  });

  it('carries pictures and PDF files, and says what it cannot carry', () => {
    const audio: MediaBlock = { ...png, kind: 'audio', at: 'a', mediaType: 'audio/wav' };
    const stored: MediaBlock = { ...png, at: 's', source: { kind: 's3', uri: 's3://b/k' } };
    const bitmap: MediaBlock = { ...png, at: 'b', mediaType: 'image/bmp' };
    const { body, told } = write(HAIKU_45, 'InvokeModel', {
      turns: [{ role: 'user', content: [{ kind: 'text', text: 'See' }, png, pdf, audio, stored, bitmap] }],
    });
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0K' } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0x' },
            title: 'my_report: v2.pdf',
          },
        ],
      },
    ]);
    expect(told).toEqual([
      'left-out detail_not_supported messages[0].content[1]',
      'left-out media_not_supported a',
      'left-out s3_not_supported s',
      'left-out detail_not_supported b',
      'left-out media_type_not_supported b',
    ]);
  });

  it('is impossible when nothing is left of a turn', () => {
    const audio: MediaBlock = { ...png, kind: 'audio', at: 'a', mediaType: 'audio/wav' };
    expect(write(HAIKU_45, 'InvokeModel', { turns: [{ role: 'user', content: [audio] }] }).told).toContain(
      'impossible empty_turn messages[0]',
    );
  });

  it('clamps the temperature, and sends one of temperature and top_p where the model takes one', () => {
    const { body, told } = write(HAIKU_45, 'InvokeModel', { temperature: 1.5, topP: 0.5 });
    expect(body).toMatchObject({ temperature: 1 });
    expect(body).not.toHaveProperty('top_p');
    expect(told).toEqual(['changed temperature_clamped temperature', 'changed top_p_beside_temperature top_p']);
    const opus = write(OPUS_5, 'InvokeModel', { temperature: 0, topK: 1 });
    expect(opus.body).not.toHaveProperty('temperature');
    expect(opus.told).toEqual(['left-out sampling_not_supported temperature', 'left-out sampling_not_supported top_k']);
  });

  it.each([
    [{ kind: 'auto' }, { type: 'auto' }],
    [{ kind: 'none' }, { type: 'none' }],
    [{ kind: 'any' }, { type: 'any' }],
    [
      { kind: 'tool', name: 'weather' },
      { type: 'tool', name: 'weather' },
    ],
  ] as const)('sends the tool choice %j', (toolChoice, written) => {
    expect(write(HAIKU_45, 'InvokeModel', { tools: [tool], toolChoice }).body['tool_choice']).toEqual(written);
  });

  it('names the tools that a conversation called when the request does not', () => {
    const { body, told } = write(HAIKU_45, 'InvokeModel', { turns: called.turns });
    expect(body).toMatchObject({
      tools: [{ name: 'weather', input_schema: { type: 'object' } }],
      tool_choice: { type: 'none' },
    });
    expect(told).toEqual(['changed tools_from_calls tools']);
  });

  it('thinks by a budget below the limit of the answer, and then samples nothing and forces no tool', () => {
    const { body, told } = write(HAIKU_45, 'InvokeModel', {
      reasoning: 'high',
      maxTokens: 5_000,
      temperature: 0.5,
      tools: [tool],
      toolChoice: { kind: 'any' },
    });
    expect(body).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 4_000 },
      max_tokens: 5_000,
      tool_choice: { type: 'auto' },
    });
    expect(body).not.toHaveProperty('temperature');
    expect(told).toEqual(['left-out sampling_not_supported temperature', 'changed tool_choice_changed tool_choice']);
    expect(write(HAIKU_45, 'InvokeModel', { reasoning: 'low' }).body).toMatchObject({
      thinking: { budget_tokens: 2_048 },
      max_tokens: 6_144,
    });
    expect(write(HAIKU_45, 'InvokeModel', { reasoning: 'low', maxTokens: 500 })).toEqual({
      body: write(HAIKU_45, 'InvokeModel', { maxTokens: 500 }).body,
      told: ['left-out reasoning_not_supported reasoning_effort'],
    });
  });

  it('thinks by an effort where the model finds the budget itself, or is told not to', () => {
    expect(write(OPUS_46, 'InvokeModel', { reasoning: 'medium' }).body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'medium' },
    });
    expect(write(OPUS_46, 'InvokeModel', { reasoning: 'xhigh' }).told).toEqual([
      'changed reasoning_effort_changed reasoning_effort',
    ]);
    expect(write(OPUS_5, 'InvokeModel', { reasoning: 'none' }).body['thinking']).toEqual({ type: 'disabled' });
    // it thinks by itself, and a forced tool forbids it
    const forced = write(OPUS_5, 'InvokeModel', { tools: [tool], toolChoice: { kind: 'any' } });
    expect(forced.body).toMatchObject({ thinking: { type: 'disabled' }, tool_choice: { type: 'any' } });
    expect(write('anthropic.claude-3-haiku-20240307-v1:0', 'InvokeModel', { reasoning: 'low' }).told).toEqual([
      'left-out reasoning_not_supported reasoning_effort',
    ]);
  });

  it('gives a schema to the field for it, else to a tool, else in words', () => {
    const native = write(SONNET_45, 'InvokeModel', { format: schema });
    expect(native.body['output_config']).toEqual({ format: { type: 'json_schema', schema: weather } });
    expect(native.told).toEqual([]);
    // a range is no part of what the field takes
    const ranged = { ...weather, properties: { age: { type: 'integer', minimum: 0 } }, required: [] };
    const forced = write(SONNET_45, 'InvokeModel', { format: { ...schema, schema: ranged } });
    expect(forced.body).toMatchObject({
      tools: [{ name: ANSWER_TOOL, input_schema: ranged }],
      tool_choice: { type: 'tool', name: ANSWER_TOOL },
    });
    expect(forced.told).toEqual(['changed format_by_tool response_format']);
    const worded = write(HAIKU_45, 'InvokeModel', { format: schema, tools: [tool] });
    expect(worded.body['system']).toEqual([{ type: 'text', text: expect.stringContaining(JSON.stringify(weather)) }]);
    expect(write(SONNET_45, 'InvokeModel', { format: { kind: 'json' } }).told).toEqual([
      'changed format_by_instruction response_format',
    ]);
  });

  it('begins an answer without white space behind it, and not where the model refuses it', () => {
    const turns: ChatRequest['turns'] = [...hi.turns, { role: 'assistant', content: [{ kind: 'text', text: '{ \n' }] }];
    const begun = { role: 'assistant', content: [{ type: 'text', text: '{' }] };
    expect(write(HAIKU_45, 'InvokeModel', { turns }).body['messages']).toContainEqual(begun);
    const refused = write(OPUS_46, 'InvokeModel', { turns });
    expect(refused.body['messages']).toHaveLength(1);
    expect(refused.told).toEqual(['left-out prefill_not_supported messages[1]']);
  });

  it('reports users that are persons, and fields that Claude does not have', () => {
    for (const user of ['jane@example.com', '+49 170 1234567', '0170 123 45 67']) {
      expect(write(HAIKU_45, 'InvokeModel', { user }).told).toEqual(['left-out user_not_sent user']);
    }
    expect(write(HAIKU_45, 'InvokeModel', { user: '12345678' }).told).toEqual([]);
    expect(write(HAIKU_45, 'InvokeModel', { extras: { seed: 1, logprobs: true } }).told).toEqual([
      'left-out field_not_supported seed',
      'left-out field_not_supported logprobs',
    ]);
  });
});

describe('a conversation with Nova through InvokeModel', () => {
  it('has messages-v1 with cache points, calls and results', () => {
    const { body, told } = write(NOVA, 'InvokeModel', {
      ...called,
      tools: [{ ...tool, strict: false, description: ' ' }],
      toolChoice: { kind: 'tool', name: 'weather' },
      parallelToolCalls: false,
      maxTokens: 9,
      temperature: 2,
      topP: 0.5,
      topK: 5,
      stop: ['END'],
    });
    const { additionalProperties: _, ...openWeather } = weather;
    expect(body).toMatchObject({
      schemaVersion: 'messages-v1',
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }, { text: 'Be kind.' }],
      messages: [
        { role: 'user', content: [{ text: 'Weather?' }, { cachePoint: { type: 'default' } }] },
        { role: 'assistant', content: [{ text: 'I look.' }, { toolUse: { name: 'weather', input: { city: 'Rome' } } }] },
        { role: 'user', content: [{ toolResult: { content: [{ text: 'sunny' }], status: 'error' } }, { text: 'And?' }] },
      ],
      inferenceConfig: { maxTokens: 9, temperature: 1, topP: 0.5, topK: 5, stopSequences: ['END'] },
      toolConfig: {
        tools: [{ toolSpec: { name: 'weather', inputSchema: { json: openWeather } } }],
        toolChoice: { tool: { name: 'weather' } },
      },
    });
    expect(told).toEqual([
      'changed cache_ttl_not_supported messages',
      'changed temperature_clamped temperature',
      'left-out parallel_tool_calls_not_supported parallel_tool_calls',
      'changed tool_schema_changed tools[0].function.parameters',
    ]);
  });

  it('leaves away tools that may not be called, unless they were called before', () => {
    const none = { tools: [tool], toolChoice: { kind: 'none' } } as const;
    expect(write(NOVA, 'InvokeModel', none)).toEqual(write(NOVA, 'InvokeModel', {}));
    const before = write(NOVA, 'InvokeModel', { ...called, ...none });
    expect(before.body['toolConfig']).not.toHaveProperty('toolChoice');
    expect(before.told).toContain('changed tool_choice_changed tool_choice');
  });

  it('carries pictures and films, also from S3, and no documents', () => {
    const film: MediaBlock = {
      kind: 'video',
      at: 'v',
      mediaType: 'video/mp4',
      source: { kind: 's3', uri: 's3://b/film.mp4', bucketOwner: '111122223333' },
    };
    const { body, told } = write(NOVA, 'InvokeModel', {
      turns: [{ role: 'user', content: [film, { ...png, detail: 'auto' }, pdf] }],
    });
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          {
            video: {
              format: 'mp4',
              source: { s3Location: { uri: 's3://b/film.mp4', bucketOwner: '111122223333' } },
            },
          },
          { image: { format: 'png', source: { bytes: 'iVBORw0K' } } },
        ],
      },
    ]);
    expect(told).toEqual(['left-out media_not_supported messages[0].content[2]']);
  });

  it('thinks where it can', () => {
    expect(write(NOVA_2, 'InvokeModel', { reasoning: 'low', temperature: 0.5 }).body['inferenceConfig']).toEqual({
      temperature: 0.5,
      reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' },
    });
    const high = write(NOVA_2, 'InvokeModel', { reasoning: 'high', temperature: 0.5, maxTokens: 9 });
    expect(high.body['inferenceConfig']).toEqual({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } });
    expect(high.told).toEqual(['left-out sampling_not_supported temperature', 'left-out max_tokens_not_supported max_tokens']);
    expect(write(NOVA, 'InvokeModel', { reasoning: 'low' }).told).toEqual(['left-out reasoning_not_supported reasoning_effort']);
  });

  it('gives a schema to a tool, or in words while it thinks', () => {
    expect(write(NOVA_2, 'InvokeModel', { format: schema }).body).toMatchObject({
      toolConfig: { tools: [{ toolSpec: { name: ANSWER_TOOL } }], toolChoice: { tool: { name: ANSWER_TOOL } } },
    });
    expect(write(NOVA_2, 'InvokeModel', { format: schema, reasoning: 'low' }).told).toEqual([
      'changed format_by_instruction response_format',
    ]);
  });
});

describe('a conversation in a job of type Converse', () => {
  it('has Converse’s words and passes the model’s own through', () => {
    const { body, told } = write(HAIKU_45, 'Converse', {
      system: [{ text: 'Be brief.', cache: { ttl: '1h' } }],
      turns: [{ role: 'user', content: [{ kind: 'text', text: 'See' }, pdf, { ...pdf, at: 'again' }] }],
      maxTokens: 9,
      temperature: 0,
      topK: 5,
      stop: [' '],
      user: 'u-1',
      metadata: { batch: '7', bad: 'ü', long: 'x'.repeat(257) },
    });
    expect(body).toEqual({
      messages: [
        {
          role: 'user',
          content: [
            { text: 'See' },
            { document: { format: 'pdf', name: 'my report v2', source: { bytes: 'JVBERi0x' } } },
            { document: { format: 'pdf', name: 'my report v2 2', source: { bytes: 'JVBERi0x' } } },
          ],
        },
      ],
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
      inferenceConfig: { maxTokens: 9, temperature: 0, stopSequences: [' '] },
      additionalModelRequestFields: { top_k: 5 },
      requestMetadata: { user: 'u-1', batch: '7' },
    });
    expect(told).toEqual([]);
  });

  it('says that tools cannot be', () => {
    expect(write(HAIKU_45, 'Converse', { tools: [tool] }).told).toEqual(['impossible tools_not_supported tools']);
    expect(write(HAIKU_45, 'Converse', { turns: called.turns }).told).toContain('impossible tools_not_supported tools');
  });

  it('thinks in the words of the model behind it', () => {
    const fields = (id: string, request: Partial<ChatRequest>) =>
      write(id, 'Converse', request).body['additionalModelRequestFields'];
    expect(fields(HAIKU_45, { reasoning: 'low' })).toEqual({ thinking: { type: 'enabled', budget_tokens: 2_048 } });
    expect(fields(OPUS_46, { reasoning: 'low' })).toEqual({ thinking: { type: 'adaptive' }, output_config: { effort: 'low' } });
    expect(fields(NOVA_2, { reasoning: 'low', topK: 5 })).toEqual({
      reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' },
      inferenceConfig: { topK: 5 },
    });
    expect(fields('openai.gpt-oss-20b-1:0', { reasoning: 'low' })).toEqual({ reasoning_effort: 'low' });
    expect(write('deepseek.v3.2', 'Converse', { reasoning: 'low', topK: 1 }).told).toEqual([
      'left-out reasoning_not_supported reasoning_effort',
      'left-out top_k_not_supported top_k',
    ]);
  });

  it('gives a schema as text to the field for it, else in words, never to a tool', () => {
    expect(write(SONNET_45, 'Converse', { format: schema }).body['outputConfig']).toEqual({
      textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: JSON.stringify(weather), name: 'city' } } },
    });
    const worded = write('meta.llama3-1-8b-instruct-v1:0', 'Converse', { format: schema });
    expect(worded.body).not.toHaveProperty('toolConfig');
    expect(worded.told).toEqual(['changed format_by_instruction response_format']);
  });

  it('puts a text beside a document that stands alone', () => {
    const { body, told } = write(HAIKU_45, 'Converse', { turns: [{ role: 'user', content: [pdf] }] });
    expect(body).toMatchObject({ messages: [{ content: [{ document: {} }, { text: 'Read the document.' }] }] });
    expect(told).toEqual(['changed text_beside_document messages[0].content[2]']);
  });
});

describe('the family for conversations', () => {
  const refusal = (id: string, hasTools: boolean, forced?: Type): string => {
    try {
      return chatFamily(resolveModel(id), hasTools, forced).name;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('is Converse where no tools are, and the model’s own where they are', () => {
    expect([refusal(HAIKU_45, false), refusal(HAIKU_45, true)]).toEqual(['converse', 'anthropic']);
    expect([refusal(NOVA, false), refusal(NOVA, true)]).toEqual(['converse', 'nova']);
    expect(refusal(HAIKU_45, false, 'InvokeModel')).toBe('anthropic');
    expect(refusal('openai.gpt-oss-20b-1:0', true)).toBe('gpt-oss');
    expect(refusal('mistral.mistral-large-2407-v1:0', true)).toBe('mistral-chat');
    expect(refusal('qwen.qwen3-32b-v1:0', true)).toBe('openai-shaped');
  });

  it('is refused with the reason where there is none', () => {
    expect(refusal(HAIKU_45, true, 'Converse')).toContain('the service fails each record of such a job that has tools');
    expect(refusal('meta.llama3-1-8b-instruct-v1:0', true)).toContain('InvokeModel takes one text of it, and no tools');
    expect(refusal('mistral.mistral-small-2402-v1:0', true)).toContain('InvokeModel takes one text of it, and no tools');
    expect(refusal('amazon.titan-embed-text-v2:0', false)).toContain('makes embeddings');
  });

  it('is the one that was asked for', () => {
    expect(chatFamily(resolveModel('acme.chat', { family: 'nova' }), false).name).toBe('nova');
    expect(chatFamily(resolveModel('acme.chat', { invocationType: 'Converse' }), false).name).toBe('converse');
    expect(() => chatFamily(resolveModel('acme.chat', { invocationType: 'Converse' }), true)).toThrow('tools');
  });
});
