import { describe, expect, it } from 'vitest';
import { isBatchrockError } from '../errors/index.ts';
import { FAMILIES, familyNamed } from './families.ts';
import type { Family } from './family.ts';
import { isTruncated } from './stop-reason.ts';

const anthropic = familyNamed('anthropic');
const nova = familyNamed('nova');
const converse = familyNamed('converse');
const titan = familyNamed('titan-embed-text');

const body = (family: Family, raw: Record<string, string>, system?: string): string =>
  JSON.stringify(family.request({ text: 'Hi', params: family.parseParams(raw), ...(system === undefined ? {} : { system }) }));

function refusal(family: Family, raw: Record<string, string>): string {
  try {
    return `accepted ${JSON.stringify(family.parseParams(raw))}`;
  } catch (error) {
    if (isBatchrockError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
}

describe('request bodies', () => {
  it('of Anthropic Messages', () => {
    expect(body(anthropic, {})).toBe(
      '{"anthropic_version":"bedrock-2023-05-31","max_tokens":1024,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}',
    );
    const all = { stop_sequences: 'END,###', top_k: '40', top_p: '0.9', temperature: '0', max_tokens: '300' };
    expect(body(anthropic, all, 'Be brief.')).toBe(
      '{"anthropic_version":"bedrock-2023-05-31","max_tokens":300,"system":"Be brief.","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],' +
        '"temperature":0,"top_p":0.9,"top_k":40,"stop_sequences":["END","###"]}',
    );
  });

  it('of Anthropic Messages carry max_tokens, which it requires, even when no parameters were parsed', () => {
    expect(anthropic.request({ text: 'Hi', params: {} })).toMatchObject({ max_tokens: 1024 });
  });

  it('of Nova', () => {
    expect(body(nova, {})).toBe('{"schemaVersion":"messages-v1","messages":[{"role":"user","content":[{"text":"Hi"}]}]}');
    const all = { max_tokens: '512', temperature: '0.7', top_p: '0.9', top_k: '50', stop_sequences: '["a,b"]' };
    expect(body(nova, all, 'Be brief.')).toBe(
      '{"schemaVersion":"messages-v1","system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Hi"}]}],' +
        '"inferenceConfig":{"maxTokens":512,"temperature":0.7,"topP":0.9,"topK":50,"stopSequences":["a,b"]}}',
    );
  });

  it('of Converse', () => {
    expect(body(converse, {})).toBe('{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}');
    const all = { max_tokens: '1024', temperature: '1', top_p: '.5', stop_sequences: 'x' };
    expect(body(converse, all, 'Be brief.')).toBe(
      '{"messages":[{"role":"user","content":[{"text":"Hi"}]}],"system":[{"text":"Be brief."}],' +
        '"inferenceConfig":{"maxTokens":1024,"temperature":1,"topP":0.5,"stopSequences":["x"]}}',
    );
  });

  it('of Titan Text Embeddings V2', () => {
    expect(body(titan, {})).toBe('{"inputText":"Hi"}');
    expect(body(titan, { dimensions: '512', normalize: 'false' })).toBe('{"inputText":"Hi","dimensions":512,"normalize":false}');
  });

  it('of the padding records, as cheap as can be', () => {
    expect(FAMILIES.map((family) => JSON.stringify(family.sentinel()))).toEqual([
      '{"anthropic_version":"bedrock-2023-05-31","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"."}]}]}',
      '{"schemaVersion":"messages-v1","messages":[{"role":"user","content":[{"text":"."}]}],"inferenceConfig":{"maxTokens":1}}',
      '{"messages":[{"role":"user","content":"."}],"max_tokens":1}',
      '{"messages":[{"role":"user","content":"."}],"max_completion_tokens":1}',
      '{"messages":[{"role":"user","content":"."}],"max_tokens":1}',
      '{"prompt":"<s>[INST] . [/INST]","max_tokens":1}',
      '{"prompt":"<|begin_of_text|><|start_header_id|>user<|end_header_id|>\\n\\n.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\\n\\n","max_gen_len":1}',
      '{"prompt":"<|begin_of_text|><|header_start|>user<|header_end|>\\n\\n.<|eot|><|header_start|>assistant<|header_end|>\\n\\n","max_gen_len":1}',
      '{"inputText":".","dimensions":256}',
      '{"inputText":".","embeddingConfig":{"outputEmbeddingLength":256}}',
      '{"schemaVersion":"nova-multimodal-embed-v1","taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"GENERIC_INDEX","embeddingDimension":256,"text":{"truncationMode":"END","value":"."}}}',
      '{"texts":["."],"input_type":"search_document","embedding_types":["float"]}',
      '{"texts":["."],"input_type":"search_document","embedding_types":["float"]}',
      '{"messages":[{"role":"user","content":[{"text":"."}]}],"inferenceConfig":{"maxTokens":1}}',
    ]);
  });
});

describe('parameters', () => {
  it('are all checked at once, and the nearest names offered', () => {
    expect(refusal(anthropic, { max_token: '3', temperature: '2', top_k: '1.5' })).toBe(
      'BR-E0115 max_token is no parameter of anthropic (did you mean max_tokens?); it takes max_tokens, temperature, top_p, top_k, stop_sequences; ' +
        'temperature is "2"; allowed is a number from 0 to 1; top_k is "1.5"; allowed is a whole number from 0',
    );
    expect(refusal(converse, { top_k: '5' })).toContain('top_k is no parameter of converse');
    expect(refusal(titan, { dimensions: '1000' })).toBe('BR-E0115 dimensions is "1000"; allowed is 256, 512, 1024');
    expect(refusal(titan, { normalize: 'yes' })).toBe('BR-E0115 normalize is "yes"; allowed is true or false');
    expect(refusal(nova, { constructor: '1', __proto__: '2' } as Record<string, string>)).toContain(
      'constructor is no parameter',
    );
  });

  it.each(['', ' ', 'abc', '0', '-1', '1e3', '0x10', '12 3', 'NaN', 'Infinity', '99999999999999999999'])(
    'refuse %j as max_tokens',
    (value) => {
      expect(refusal(anthropic, { max_tokens: value })).toMatch(/^BR-E0115 max_tokens is .*; allowed is a whole number from 1$/);
    },
  );

  it.each(['', 'NaN', '-0.1', '1.01', '0,5', '1e-9999'])('refuse %j as temperature', (value) => {
    expect(refusal(nova, { temperature: value })).toMatch(/^BR-E0115 temperature/);
  });

  it.each([
    ['0.50', 0.5],
    ['1', 1],
    ['1.', 1],
    ['5e-1', 0.5],
    ['-0', 0],
    [' 0.5 ', 0.5],
  ])('read %j as temperature', (value, parsed) => {
    expect(nova.parseParams({ temperature: value })).toEqual({ temperature: parsed });
  });

  it('take stop sequences as a list or as JSON, never empty ones', () => {
    expect(nova.parseParams({ stop_sequences: 'a, b' })).toEqual({ stop_sequences: ['a', ' b'] });
    expect(nova.parseParams({ stop_sequences: '["a,b","\\n"]' })).toEqual({ stop_sequences: ['a,b', '\n'] });
    for (const bad of ['', 'a,', '[]', '[""]', '[1]', '[']) expect(refusal(nova, { stop_sequences: bad })).toMatch(/^BR-E0115/);
  });

  it('come out in the same order however they were given', () => {
    const one = anthropic.parseParams({ temperature: '1', max_tokens: '5' });
    const other = anthropic.parseParams({ max_tokens: '5', temperature: '1' });
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });
});

describe('answers', () => {
  it('of Anthropic: text blocks joined, thinking skipped', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', text: 'hm', signature: 's' },
      { type: 'text', text: 'one ' },
      { type: 'tool_use', id: 't', name: 'n', input: {} },
      { type: 'text', text: 'two' },
    ];
    const usage = { input_tokens: 12, output_tokens: 3, cache_read_input_tokens: 0 };
    expect(anthropic.answer({ content, stop_reason: 'end_turn', usage })).toEqual({
      text: 'one two',
      stopReason: 'end_turn',
      inputTokens: 12,
      outputTokens: 3,
    });
    expect(anthropic.answer({ content: [], stop_reason: null })).toEqual({ text: '', stopReason: '' });
  });

  it.each([nova, converse])('of $name: text blocks joined, reasoning skipped', (family) => {
    const content = [{ reasoningContent: { reasoningText: { text: 'hm' } } }, { text: 'one ' }, { text: 'two' }];
    const usage = { inputTokens: 12, outputTokens: 3, totalTokens: 15 };
    expect(family.answer({ output: { message: { role: 'assistant', content } }, stopReason: 'max_tokens', usage })).toEqual({
      text: 'one two',
      stopReason: 'max_tokens',
      inputTokens: 12,
      outputTokens: 3,
    });
    expect(family.answer({ output: { message: { content: [{ text: 'x' }] } } })).toEqual({ text: 'x', stopReason: '' });
  });

  it('of Titan: the vector, and no usage of output', () => {
    expect(titan.answer({ embedding: [0.5, -1], inputTextTokenCount: 4 })).toEqual({
      embedding: [0.5, -1],
      stopReason: '',
      inputTokens: 4,
    });
    expect(titan.answer({ embeddingsByType: { float: [1] } })).toEqual({ embedding: [1], stopReason: '' });
  });

  it.each([
    null,
    undefined,
    'text',
    7,
    [],
    {},
    { content: 'x' },
    { output: {} },
    { output: { message: { content: null } } },
    { embedding: [] },
    { embedding: ['1'] },
  ])('are not found in %j', (modelOutput) => {
    for (const family of FAMILIES) expect(family.answer(modelOutput)).toBeUndefined();
  });

  it('are not read from a prototype', () => {
    expect(anthropic.answer(Object.create({ content: [] }))).toBeUndefined();
  });

  it('leave out token counts that are no counts', () => {
    const usage = { input_tokens: -1, output_tokens: '3' };
    expect(anthropic.answer({ content: [], usage })).toEqual({ text: '', stopReason: '' });
  });

  it('are cut off at the token limit, whatever the family calls it', () => {
    expect(['max_tokens', 'length', 'MAX_TOKENS', 'model_context_window_exceeded'].map(isTruncated)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['end_turn', 'stop', '', 'stop_sequence', 'tool_use'].some(isTruncated)).toBe(false);
  });
});
