import { FAMILIES, type JsonObject } from '@batchrock/core';
import { describe, expect, test } from 'vitest';
import { createBuiltInAnswerer } from '../built-in.ts';
import { AnswerError, type Reply } from '../question.ts';
import { bodyShapeOf } from './index.ts';

const answerer = createBuiltInAnswerer();
const answer = (modelId: string, body: JsonObject, type: 'InvokeModel' | 'Converse' = 'InvokeModel'): JsonObject => {
  const shape = bodyShapeOf(modelId, type);
  const question = shape.read(body, modelId);
  return shape.write(body, question, answerer.answer(question) as Reply, 'abc');
};
const refusal = (modelId: string, body: JsonObject, type: 'InvokeModel' | 'Converse' = 'InvokeModel'): string => {
  try {
    answer(modelId, body, type);
  } catch (error) {
    if (error instanceof AnswerError && error.status === 400) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
};

const MODELS: Readonly<Record<string, string>> = {
  anthropic: 'anthropic.claude-3-haiku-20240307-v1:0',
  nova: 'amazon.nova-lite-v1:0',
  'openai-shaped': 'deepseek.v3.2',
  'gpt-oss': 'openai.gpt-oss-20b-1:0',
  'mistral-chat': 'mistral.mistral-large-2407-v1:0',
  'mistral-prompt': 'mistral.mistral-small-2402-v1:0',
  llama: 'meta.llama3-1-8b-instruct-v1:0',
  'llama-4': 'meta.llama4-scout-17b-instruct-v1:0',
  'titan-embed-text': 'amazon.titan-embed-text-v2:0',
  'titan-embed-image': 'amazon.titan-embed-image-v1',
  'nova-embed': 'amazon.nova-2-multimodal-embeddings-v1:0',
  'cohere-embed-v3': 'cohere.embed-english-v3',
  'cohere-embed-v4': 'cohere.embed-v4:0',
  converse: 'meta.llama3-1-8b-instruct-v1:0',
};

const LENGTHS: Readonly<Record<string, number>> = { 'nova-embed': 3072, 'cohere-embed-v4': 1536 };
const SAY_NO_TOKENS = ['mistral-chat', 'mistral-prompt', 'nova-embed', 'cohere-embed-v3', 'cohere-embed-v4'];

describe('bodies of models', () => {
  test.each(FAMILIES.map((family) => [family.name, family] as const))(
    '%s: takes what the family writes and answers what it reads',
    (name, family) => {
      const body = family.request({
        text: 'Classify the sentiment of: lovely',
        system: 'Be brief.',
        params: family.parseParams({}),
      });
      const read = family.answer(answer(MODELS[name]!, body, family.invocationType));
      if (family.task === 'embedding') expect(read?.embedding).toHaveLength(LENGTHS[name] ?? 1024);
      else if (name === 'mistral-prompt') {
        // its instructions are a part of the text
        expect(read).toMatchObject({ text: expect.stringContaining('[synthetic]'), stopReason: 'stop' });
      } else expect(read).toMatchObject({ text: '[synthetic] positive', stopReason: expect.stringMatching(/^(end_turn|stop)$/) });
      if (SAY_NO_TOKENS.includes(name)) expect(read?.inputTokens).toBeUndefined();
      else expect(read?.inputTokens).toBeGreaterThan(0);
      expect(family.answer(answer(MODELS[name]!, family.sentinel(), family.invocationType))).toBeDefined();
    },
  );

  test('Claude refuses a body in the words of Anthropic', () => {
    const good = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] };
    const without = (key: string): JsonObject => Object.fromEntries(Object.entries(good).filter(([name]) => name !== key));
    const model = MODELS['anthropic']!;
    expect(answer(model, good)['type']).toBe('message');
    expect(refusal(model, without('anthropic_version'))).toBe('anthropic_version: Field required');
    expect(refusal(model, without('max_tokens'))).toBe('max_tokens: Field required');
    expect(refusal(model, without('messages'))).toBe('messages: Field required');
    expect(refusal(model, { ...good, messages: [] })).toBe('messages: at least one message is required');
    expect(refusal(model, { ...good, model: 'x' })).toBe('model: Extra inputs are not permitted');
    expect(refusal(model, { ...good, max_tokens: 0 })).toContain('greater than or equal to 1');
    expect(refusal(model, { ...good, messages: [{ role: 'system', content: 'hi' }] })).toContain('Unexpected role "system"');
    expect(refusal(model, { ...good, messages: [{ role: 'user', content: ' ' }] })).toContain('non-whitespace');
  });

  test('Claude says that an answer was cut at max_tokens', () => {
    const body = {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 2,
      messages: [{ role: 'user', content: 'Tell me all.' }],
    };
    expect(answer(MODELS['anthropic']!, body)).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 2 } });
  });

  test('Nova and Titan refuse what their schema does not know', () => {
    expect(refusal(MODELS['nova']!, { max_tokens: 5, messages: [{ role: 'user', content: [{ text: 'x' }] }] })).toBe(
      'Malformed input request: #: extraneous key [max_tokens] is not permitted, please reformat your input and try again.',
    );
    expect(refusal(MODELS['nova']!, { messages: [{ role: 'user', content: 'text' }] })).toContain('expected type: JSONArray');
    expect(refusal(MODELS['titan-embed-text']!, { inputText: ['a', 'b'] })).toContain('expected type: String, found: JSONArray');
    expect(refusal(MODELS['titan-embed-text']!, { inputText: 'a', dimensions: 300 })).toContain('300 is not a valid enum value');
    expect(refusal(MODELS['titan-embed-text']!, { inputText: '' })).toContain('expected minLength: 1, actual: 0');
    expect(refusal(MODELS['titan-embed-text']!, { inputText: 'x'.repeat(50_001) })).toContain('expected maxLength: 50000');
  });

  test('Titan answers with the types of embedding that were asked for', () => {
    const both = answer(MODELS['titan-embed-text']!, { inputText: 'a', dimensions: 256, embeddingTypes: ['float', 'binary'] });
    expect(both['embeddingsByType']).toMatchObject({ binary: expect.any(Array), float: both['embedding'] });
    const binary = answer(MODELS['titan-embed-text']!, { inputText: 'a', dimensions: 256, embeddingTypes: ['binary'] });
    expect(binary['embedding']).toBeUndefined();
  });

  test('Llama, both Mistrals, OpenAI-shaped models and the other embeddings answer in their own shape', () => {
    const llama =
      '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nsentiment: great<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n';
    expect(answer('meta.llama3-1-8b-instruct-v1:0', { prompt: llama, max_gen_len: 50 })).toMatchObject({
      generation: '[synthetic] positive',
      stop_reason: 'stop',
      prompt_token_count: 4,
    });
    expect(answer('mistral.mistral-small-2402-v1:0', { prompt: '<s>[INST] sentiment: awful [/INST]' })).toEqual({
      outputs: [{ text: '[synthetic] negative', stop_reason: 'stop' }],
    });
    const messages = [
      { role: 'system', content: 'sentiment' },
      { role: 'user', content: 'great' },
    ];
    expect(answer('mistral.mistral-large-2407-v1:0', { messages })).toMatchObject({ choices: [{ stop_reason: 'stop' }] });
    expect(answer('openai.gpt-oss-20b-1:0', { messages, max_completion_tokens: 1 })).toMatchObject({
      choices: [{ finish_reason: 'length', message: { role: 'assistant' } }],
      usage: { completion_tokens: 1 },
    });
    expect(
      answer('amazon.titan-embed-image-v1', { inputText: 'a', embeddingConfig: { outputEmbeddingLength: 256 } })['embedding'],
    ).toHaveLength(256);
    const nova = {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'GENERIC_INDEX',
        embeddingDimension: 384,
        text: { truncationMode: 'END', value: 'a' },
      },
    };
    expect(answer('amazon.nova-2-multimodal-embeddings-v1:0', nova)).toMatchObject({ embeddings: [{ embeddingType: 'TEXT' }] });
  });
});
