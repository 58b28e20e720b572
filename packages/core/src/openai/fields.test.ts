import { describe, expect, test } from 'vitest';
import { lineOf, problemsIn, requestOf, requestsOf, requestWith, unsupportedIn } from '../testing/openai-lines.ts';
import { CHAT_FIELDS, RESPONSE_FIELDS } from './fields.ts';

const messages = [{ role: 'user', content: 'hello' }];
const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'], additionalProperties: false };

describe('fields of a chat completion', () => {
  test.each<[object, object]>([
    [
      { temperature: 0, top_p: 0 },
      { temperature: 0, topP: 0 },
    ],
    [
      { temperature: 2, top_p: 1, top_k: 40 },
      { temperature: 2, topP: 1, topK: 40 },
    ],
    [{ max_tokens: 5 }, { maxTokens: 5 }],
    [{ max_completion_tokens: 7, max_tokens: 5 }, { maxTokens: 7 }],
    [{ max_tokens: 5, max_completion_tokens: 7 }, { maxTokens: 7 }],
    [{ stop: 'END' }, { stop: ['END'] }],
    [{ stop: ['a', 'b', '\n'] }, { stop: ['a', 'b', '\n'] }],
    [{ user: 'u', safety_identifier: 's' }, { user: 's' }],
    [{ safety_identifier: 's', user: 'u' }, { user: 's' }],
    [{ user: 'u' }, { user: 'u' }],
    [{ metadata: { a: 'b' } }, { metadata: { a: 'b' } }],
    [{ response_format: { type: 'text' } }, {}],
    [{ response_format: { type: 'json_object' } }, { format: { kind: 'json' } }],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true, description: 'd' } } },
      { format: { kind: 'schema', name: 'n', description: 'd', schema, strict: true } },
    ],
    ...['none', 'minimal', 'low', 'medium', 'high', 'xhigh'].map((effort): [object, object] => [
      { reasoning_effort: effort },
      { reasoning: effort },
    ]),
    [
      {
        seed: 0,
        presence_penalty: 1,
        frequency_penalty: -1,
        logit_bias: { 5: 1 },
        logprobs: true,
        top_logprobs: 2,
        verbosity: 'low',
      },
      {
        extras: {
          seed: 0,
          presence_penalty: 1,
          frequency_penalty: -1,
          logit_bias: { 5: 1 },
          logprobs: true,
          top_logprobs: 2,
          verbosity: 'low',
        },
      },
    ],
    [{ presence_penalty: 0, frequency_penalty: 0, logprobs: false, top_logprobs: 0 }, {}],
    [Object.fromEntries([...CHAT_FIELDS.keys()].filter((name) => name !== 'messages').map((name) => [name, null])), {}],
    [{ stream: false, stream_options: {}, n: 1, store: false, service_tier: 'auto', modalities: ['text'] }, {}],
  ])('%j is read as %j', (fields, read) => {
    const { turns, ...rest } = requestWith(fields);
    expect(rest).toEqual(read);
    expect(turns).toHaveLength(1);
    expect(unsupportedIn({ messages, ...fields })).toEqual([]);
  });

  test('parallel calls are told as they were asked for, where there are tools', () => {
    const tools = [{ type: 'function', function: { name: 'a' } }];
    expect(requestWith({ tools, parallel_tool_calls: false }).parallelToolCalls).toBe(false);
    expect(requestWith({ tools, parallel_tool_calls: true }).parallelToolCalls).toBe(true);
    expect(requestWith({ parallel_tool_calls: false })).not.toHaveProperty('parallelToolCalls');
  });

  test('n answers are the same request n times', () => {
    const requests = requestsOf(lineOf({ messages, n: 3 }));
    expect(requests).toHaveLength(3);
    expect(new Set(requests).size).toBe(1);
  });

  test.each<[object, readonly string[]]>([
    [{ prediction: { type: 'content', content: 'x' } }, ['left-out field_not_supported prediction']],
    [{ modalities: ['text', 'audio'] }, ['left-out field_not_supported modalities']],
    [{ audio: { voice: 'ash', format: 'mp3' } }, ['left-out field_not_supported audio']],
    [{ store: true }, ['left-out field_not_supported store']],
    [{ service_tier: 'priority' }, ['left-out field_not_supported service_tier']],
    [{ prompt_cache_key: 'k' }, ['left-out field_not_supported prompt_cache_key']],
    [{ stop: ['', 'a'] }, ['changed empty_stop stop[0]']],
    [{ reasoning_effort: 'max' }, ['changed effort_lowered reasoning_effort']],
    [{ colour: 'red' }, ['left-out unknown_field colour']],
  ])('%j is said to be told otherwise or not at all', (fields, unsupported) => {
    expect(unsupportedIn({ messages, ...fields })).toEqual(unsupported);
  });

  test.each<[object, readonly string[]]>([
    [{ temperature: 2.1 }, ['out_of_range body.temperature']],
    [{ temperature: '1' }, ['bad_type body.temperature']],
    [{ top_p: -0.1 }, ['out_of_range body.top_p']],
    [{ max_tokens: 0 }, ['out_of_range body.max_tokens']],
    [{ max_completion_tokens: 1.5 }, ['out_of_range body.max_completion_tokens']],
    [{ n: 0 }, ['out_of_range body.n']],
    [{ n: 129 }, ['out_of_range body.n']],
    [{ stop: [1] }, ['bad_type body.stop[0]']],
    [{ presence_penalty: 3 }, ['out_of_range body.presence_penalty']],
    [{ logit_bias: [] }, ['bad_type body.logit_bias']],
    [{ logprobs: 1 }, ['bad_type body.logprobs']],
    [{ top_logprobs: 21 }, ['out_of_range body.top_logprobs']],
    [{ stream: true }, ['stream body.stream']],
    [{ web_search_options: {} }, ['hosted_tool body.web_search_options']],
    [{ user: 5 }, ['bad_type body.user']],
    [{ metadata: { a: 5 } }, ['bad_type body.metadata.a']],
    [{ metadata: 'a' }, ['bad_type body.metadata']],
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v'])) }, ['out_of_range body.metadata']],
    [{ parallel_tool_calls: 'no' }, ['bad_type body.parallel_tool_calls']],
    [{ reasoning_effort: 'huge' }, ['bad_value body.reasoning_effort']],
    [{ response_format: 'json' }, ['bad_type body.response_format']],
    [{ response_format: { type: 'xml' } }, ['bad_value body.response_format.type']],
    [{ response_format: { type: 'json_schema' } }, ['missing_field body.response_format.json_schema']],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'n' } } },
      ['missing_field body.response_format.json_schema.schema'],
    ],
    [
      { response_format: { type: 'json_schema', json_schema: { schema } } },
      ['missing_field body.response_format.json_schema.name'],
    ],
  ])('%j is refused', (fields, problems) => {
    expect(problemsIn({ messages, ...fields })).toEqual(problems);
  });
});

describe('fields of a response', () => {
  const url = '/v1/responses';

  test('they are those of a chat completion under their own names', () => {
    const body = {
      input: 'hello',
      instructions: 'Be brief.',
      max_output_tokens: 9,
      temperature: 0.5,
      text: { format: { type: 'json_schema', name: 'n', schema, strict: false }, verbosity: 'low' },
      reasoning: { effort: 'low' },
      top_logprobs: 1,
      background: true,
      truncation: 'disabled',
    };
    expect(requestOf(lineOf(body, url))).toEqual({
      system: [{ text: 'Be brief.' }],
      turns: [{ role: 'user', content: [{ kind: 'text', text: 'hello' }] }],
      maxTokens: 9,
      temperature: 0.5,
      format: { kind: 'schema', name: 'n', schema, strict: false },
      reasoning: 'low',
      extras: { verbosity: 'low', top_logprobs: 1 },
    });
    expect(unsupportedIn(body, url)).toEqual([]);
  });

  test('a field that is null is one that is left out', () => {
    const fields = Object.fromEntries([...RESPONSE_FIELDS.keys()].map((name) => [name, null]));
    expect(Object.keys(requestOf(lineOf({ ...fields, input: 'hello' }, url)))).toEqual(['turns']);
  });

  test.each<[object, readonly string[]]>([
    [{ reasoning: { effort: 'low', summary: 'auto' } }, ['left-out field_not_supported reasoning.summary']],
    [{ truncation: 'auto' }, ['left-out field_not_supported truncation']],
    [{ include: ['reasoning.encrypted_content'] }, ['left-out field_not_supported include']],
    [{ include: [] }, []],
    [{ max_tool_calls: 3 }, ['left-out field_not_supported max_tool_calls']],
    [{ text: { format: { type: 'text' }, mood: 1 } }, ['left-out unknown_field text.mood']],
  ])('%j is said to be told otherwise or not at all', (fields, unsupported) => {
    expect(unsupportedIn({ input: 'hello', ...fields }, url)).toEqual(unsupported);
  });

  test.each<[object, readonly string[]]>([
    [{ previous_response_id: 'resp_1' }, ['stored_state body.previous_response_id']],
    [{ conversation: 'conv_1' }, ['stored_state body.conversation']],
    [{ prompt: { id: 'p' } }, ['stored_state body.prompt']],
    [{ tools: [{ type: 'web_search' }] }, ['hosted_tool body.tools[0].type']],
    [{ text: { format: { type: 'json_schema', schema } } }, ['missing_field body.text.format.name']],
    [{ reasoning: 'low' }, ['bad_type body.reasoning']],
    [{ instructions: ['a'] }, ['bad_type body.instructions']],
  ])('%j is refused', (fields, problems) => {
    expect(problemsIn({ input: 'hello', ...fields }, url)).toEqual(problems);
  });
});
