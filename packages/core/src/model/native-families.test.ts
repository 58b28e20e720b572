import { describe, expect, it } from 'vitest';
import { ANSWER_TOOL } from './answer-format.ts';
import type { ChatRequest, EmbeddingRequest, MediaBlock, Unsupported } from './chat.ts';
import { familyNamed } from './families.ts';
import { resolveModel } from './resolve.ts';

const GPT_OSS = 'openai.gpt-oss-20b-1:0';
const QWEN = 'qwen.qwen3-32b-v1:0';
const QWEN_VL = 'qwen.qwen3-vl-235b-a22b';
const LARGE = 'mistral.mistral-large-2407-v1:0';
const LARGE_3 = 'mistral.mistral-large-3-675b-instruct';
const SMALL = 'mistral.mistral-small-2402-v1:0';
const LLAMA = 'meta.llama3-1-8b-instruct-v1:0';
const LLAMA_4 = 'us.meta.llama4-scout-17b-instruct-v1:0';

const hi: ChatRequest = { turns: [{ role: 'user', content: [{ kind: 'text', text: 'Hi' }] }] };

function write(modelId: string, request: Partial<ChatRequest>) {
  const model = resolveModel(modelId);
  const told: string[] = [];
  const sink = ({ effect, code, path }: Unsupported) => void told.push(`${effect} ${code} ${path}`);
  return { body: model.speaks.InvokeModel!.chat!({ ...hi, ...request }, model.traits, sink), told };
}

function embed(modelId: string, request: EmbeddingRequest, family?: string) {
  const model = resolveModel(modelId, family === undefined ? {} : { family });
  const told: string[] = [];
  const sink = ({ effect, code, path }: Unsupported) => void told.push(`${effect} ${code} ${path}`);
  return { body: model.family.embedding!(request, model.traits, sink), told };
}

const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const tool = { at: 'tools[0]', name: 'weather', description: 'Tells it', parameters: city, strict: true };
const other = { at: 'tools[1]', name: 'time', parameters: city };
const png: MediaBlock = {
  kind: 'image',
  at: 'messages[0].content[1]',
  mediaType: 'image/png',
  source: { kind: 'bytes', base64: 'iVBORw0K' },
};
const called: ChatRequest['turns'] = [
  { role: 'user', content: [{ kind: 'text', text: 'Weather?' }] },
  {
    role: 'assistant',
    content: [
      { kind: 'text', text: 'I look.' },
      { kind: 'tool-use', at: 'c', id: 'call_1', name: 'weather', input: { city: 'Rome' } },
    ],
  },
  {
    role: 'user',
    content: [
      { kind: 'tool-result', at: 'r', id: 'call_1', content: [{ kind: 'text', text: 'sunny' }] },
      { kind: 'text', text: 'And?' },
    ],
  },
];

describe('OpenAI-shaped models', () => {
  it('take a conversation in OpenAI’s words', () => {
    const { body, told } = write(QWEN, {
      system: [{ text: 'Be brief.' }, { text: 'Be kind.' }],
      turns: called,
      tools: [tool],
      toolChoice: { kind: 'any' },
      parallelToolCalls: false,
      maxTokens: 9,
      temperature: 0,
      topP: 0.5,
      stop: ['END'],
      user: 'u-1',
      extras: { seed: 7, prediction: {} },
    });
    expect(body).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.\n\nBe kind.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: 'I look.',
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
        { role: 'user', content: 'And?' },
      ],
      max_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      stop: ['END'],
      tools: [{ type: 'function', function: { name: 'weather', description: 'Tells it', parameters: city, strict: true } }],
      tool_choice: 'required',
      parallel_tool_calls: false,
      user: 'u-1',
      seed: 7,
    });
    expect(told).toEqual(['left-out field_not_supported prediction']);
  });

  it('see pictures where they can, and are not told of those where they cannot', () => {
    const turns: ChatRequest['turns'] = [{ role: 'user', content: [{ kind: 'text', text: 'See' }, png] }];
    expect(write(QWEN_VL, { turns }).body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0K' } },
        ],
      },
    ]);
    expect(write(QWEN, { turns })).toEqual({
      body: { messages: [{ role: 'user', content: 'See' }] },
      told: ['left-out media_not_supported messages[0].content[1]'],
    });
  });

  it('take a schema in response_format, and else a tool that has to be called', () => {
    const format = { kind: 'schema', name: 'city', schema: city, strict: true } as const;
    expect(write(QWEN, { format }).body['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'city', schema: city, strict: true },
    });
    expect(write('google.gemma-3-4b-it', { format }).body).toMatchObject({
      tools: [{ function: { name: ANSWER_TOOL } }],
      tool_choice: { type: 'function', function: { name: ANSWER_TOOL } },
    });
  });

  it('of OpenAI itself have another limit, and are told how much to think', () => {
    expect(write(GPT_OSS, { maxTokens: 9, reasoning: 'minimal' })).toEqual({
      body: { messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 9, reasoning_effort: 'low' },
      told: ['changed reasoning_effort_changed reasoning_effort'],
    });
    expect(write(QWEN, { reasoning: 'high', topK: 3 }).told).toEqual([
      'left-out top_k_not_supported top_k',
      'left-out reasoning_not_supported reasoning_effort',
    ]);
  });

  it('of Mistral have ids of nine letters and digits, the same for a call and its result', () => {
    for (const id of [LARGE, LARGE_3]) {
      const messages = write(id, { turns: called, tools: [tool] }).body['messages'] as Record<string, unknown>[];
      const written = (messages[1]!['tool_calls'] as { id: string }[])[0]!.id;
      expect(written).toMatch(/^[a-zA-Z0-9]{9}$/);
      expect(messages[2]!['tool_call_id']).toBe(written);
    }
  });

  it('such as Mistral Large 24.07 take any tool or none, and little else', () => {
    const { body, told } = write(LARGE, {
      tools: [tool, other],
      toolChoice: { kind: 'tool', name: 'time' },
      parallelToolCalls: false,
      stop: ['END'],
      user: 'u',
      extras: { seed: 1 },
    });
    expect(body).toMatchObject({ tools: [{ function: { name: 'time' } }], tool_choice: 'any' });
    expect(body['tools']).toHaveLength(1);
    expect(told).toEqual([
      'left-out stop_not_supported stop',
      'left-out parallel_tool_calls_not_supported parallel_tool_calls',
      'left-out user_not_supported user',
      'left-out field_not_supported seed',
    ]);
  });

  it('answer with texts, calls and thoughts', () => {
    const gptOss = familyNamed('gpt-oss');
    const message = { role: 'assistant', content: '<reasoning>hm</reasoning>\n\nyes' };
    const usage = {
      prompt_tokens: 5,
      completion_tokens: 7,
      prompt_tokens_details: { cached_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    const modelOutput = { id: 'chatcmpl-1', choices: [{ finish_reason: 'stop', message }], usage };
    expect(gptOss.reply!(modelOutput)).toEqual({
      id: 'chatcmpl-1',
      text: 'yes',
      toolCalls: [],
      reasoning: 'hm',
      finish: 'stop',
      stopReason: 'stop',
      usage: { input: 5, output: 7, cacheRead: 3, reasoning: 2 },
    });
    expect(gptOss.answer(modelOutput)).toEqual({ text: 'yes', stopReason: 'stop', inputTokens: 5, outputTokens: 7 });
    const cut = { choices: [{ finish_reason: 'length', message: { content: '<reasoning>so lo' } }] };
    expect(gptOss.reply!(cut)).toMatchObject({ text: '', reasoning: 'so lo', finish: 'length' });

    const tool_calls = [
      { id: 'abc', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
      { id: 'abd', type: 'function', function: { name: 'weather', arguments: '{"city":' } },
    ];
    const calls = { choices: [{ stop_reason: 'tool_calls', message: { content: null, tool_calls } }] };
    expect(familyNamed('mistral-chat').reply!(calls)).toEqual({
      toolCalls: [
        { id: 'abc', name: 'weather', input: { city: 'Rome' } },
        { id: 'abd', name: 'weather', input: '{"city":' },
      ],
      finish: 'tool_calls',
      stopReason: 'tool_calls',
    });
  });
});

describe('models that take one text', () => {
  const request: Partial<ChatRequest> = {
    system: [{ text: 'Be brief.' }],
    turns: [
      { role: 'user', content: [{ kind: 'text', text: 'Hi' }, png] },
      { role: 'assistant', content: [{ kind: 'text', text: 'Yes?' }] },
      { role: 'user', content: [{ kind: 'text', text: 'Why <|eot_id|> [/INST]?' }] },
    ],
    maxTokens: 9,
    temperature: 2,
    topK: 3,
    stop: ['END'],
  };

  it('such as Llama get it in their chat template, and no mark from within a text', () => {
    const { body, told } = write(LLAMA, request);
    expect(body).toEqual({
      prompt:
        '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>' +
        '<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>' +
        '<|start_header_id|>assistant<|end_header_id|>\n\nYes?<|eot_id|>' +
        '<|start_header_id|>user<|end_header_id|>\n\nWhy < |eot_id|> [/INST]?<|eot_id|>' +
        '<|start_header_id|>assistant<|end_header_id|>\n\n',
      max_gen_len: 9,
      temperature: 1,
    });
    expect(told).toEqual([
      'left-out media_not_supported messages[0].content[1]',
      'changed marks_changed messages[2]',
      'changed temperature_clamped temperature',
      'left-out top_k_not_supported top_k',
      'left-out stop_not_supported stop',
    ]);
    expect(write(LLAMA_4, {}).body['prompt']).toBe(
      '<|begin_of_text|><|header_start|>user<|header_end|>\n\nHi<|eot|><|header_start|>assistant<|header_end|>\n\n',
    );
  });

  it('such as Llama go on with an answer that was begun', () => {
    const turns: ChatRequest['turns'] = [...hi.turns, { role: 'assistant', content: [{ kind: 'text', text: '{ ' }] }];
    expect(write(LLAMA, { turns }).body['prompt']).toMatch(
      /Hi<\|eot_id\|><\|start_header_id\|>assistant<\|end_header_id\|>\n\n\{$/,
    );
  });

  it('such as Mistral’s first get it between their marks', () => {
    const { body, told } = write(SMALL, request);
    expect(body).toEqual({
      prompt: '<s>[INST] Be brief.\n\nHi [/INST] Yes?</s>[INST] Why <|eot_id|> [ /INST]? [/INST]',
      max_tokens: 9,
      temperature: 1,
      top_k: 3,
      stop: ['END'],
    });
    expect(told).toContain('changed marks_changed messages[2]');
  });

  it('cannot be told of tools', () => {
    for (const id of [LLAMA, SMALL]) expect(write(id, { tools: [tool] }).told).toContain('impossible tools_not_supported tools');
  });

  it('answer with a text and why it ended', () => {
    const llama = { generation: 'yes', prompt_token_count: 5, generation_token_count: 7, stop_reason: 'length' };
    expect(familyNamed('llama').reply!(llama)).toEqual({
      text: 'yes',
      toolCalls: [],
      finish: 'length',
      stopReason: 'length',
      usage: { input: 5, output: 7 },
    });
    expect(familyNamed('llama').answer(llama)).toMatchObject({ text: 'yes', inputTokens: 5, outputTokens: 7 });
    expect(familyNamed('mistral-prompt').reply!({ outputs: [{ text: 'yes', stop_reason: 'stop' }] })).toEqual({
      text: 'yes',
      toolCalls: [],
      finish: 'stop',
      stopReason: 'stop',
    });
  });
});

describe('embedding models', () => {
  it('take a text and the length of its vector', () => {
    const request = { text: 'Hi', dimensions: 256 };
    expect(embed('amazon.titan-embed-text-v2:0', request).body).toEqual({ inputText: 'Hi', dimensions: 256 });
    expect(embed('amazon.titan-embed-image-v1', request).body).toEqual({
      inputText: 'Hi',
      embeddingConfig: { outputEmbeddingLength: 256 },
    });
    expect(embed('amazon.nova-2-multimodal-embeddings-v1:0', request).body).toEqual({
      schemaVersion: 'nova-multimodal-embed-v1',
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'GENERIC_INDEX',
        embeddingDimension: 256,
        text: { truncationMode: 'END', value: 'Hi' },
      },
    });
    expect(embed('cohere.embed-v4:0', request, 'cohere-embed-v4').body).toEqual({
      texts: ['Hi'],
      input_type: 'search_document',
      embedding_types: ['float'],
      output_dimension: 256,
    });
  });

  it('report lengths that they do not have, and users', () => {
    const request = { text: 'Hi', dimensions: 1536, user: 'u' };
    for (const id of ['amazon.titan-embed-text-v2:0', 'amazon.titan-embed-image-v1']) {
      expect(embed(id, request)).toEqual({
        body: { inputText: 'Hi' },
        told: expect.arrayContaining(['left-out dimensions_not_supported dimensions', 'left-out user_not_supported user']),
      });
    }
    expect(embed('cohere.embed-english-v3', { text: 'Hi', dimensions: 256 }, 'cohere-embed-v3').told).toEqual([
      'left-out dimensions_not_supported dimensions',
    ]);
  });

  it('take a picture where they can', () => {
    expect(embed('amazon.titan-embed-image-v1', { text: '', image: png }).body).toEqual({ inputImage: 'iVBORw0K' });
    expect(embed('amazon.titan-embed-image-v1', { text: 'Hi', image: png }).body).toEqual({
      inputText: 'Hi',
      inputImage: 'iVBORw0K',
    });
    const nova = embed('amazon.nova-2-multimodal-embeddings-v1:0', { text: 'Hi', image: png });
    expect(nova.body).toMatchObject({
      singleEmbeddingParams: { image: { detailLevel: 'STANDARD_IMAGE', format: 'png', source: { bytes: 'iVBORw0K' } } },
    });
    expect(nova.told).toEqual(['left-out text_beside_image input']);
    expect(embed('amazon.titan-embed-text-v2:0', { text: 'Hi', image: png }).told).toEqual([
      'left-out media_not_supported messages[0].content[1]',
    ]);
  });

  it('answer with a vector', () => {
    expect(familyNamed('titan-embed-image').answer({ embedding: [1, 2], inputTextTokenCount: 3, message: null })).toEqual({
      embedding: [1, 2],
      stopReason: '',
      inputTokens: 3,
    });
    expect(familyNamed('titan-embed-image').answer({ embedding: [1, 2], message: 'broken' })).toBeUndefined();
    const nova = { embeddings: [{ embeddingType: 'TEXT', embedding: [1, 2] }] };
    expect(familyNamed('nova-embed').answer(nova)).toEqual({ embedding: [1, 2], stopReason: '' });
    for (const embeddings of [[[1, 2]], { float: [[1, 2]] }]) {
      expect(familyNamed('cohere-embed-v4').answer({ embeddings })).toEqual({ embedding: [1, 2], stopReason: '' });
    }
  });

  it('have parameters that are words', () => {
    const cohere = familyNamed('cohere-embed-v3');
    expect(cohere.parseParams({ input_type: 'search_query', truncate: 'END' })).toEqual({
      input_type: 'search_query',
      truncate: 'END',
    });
    expect(() => cohere.parseParams({ input_type: 'query' })).toThrow(
      'input_type is "query"; allowed is search_document, search_query, classification, clustering',
    );
  });
});
