import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import type { ChatReply } from '../model/index.ts';
import type { AnsweredLine, OpenAiOutputLine, RecordAnswer } from './answer.ts';
import { chatCompletion, textCompletion } from './completion-object.ts';
import { embeddingList } from './embedding-list.ts';
import { responseObject } from './response-object.ts';
import { openAiRejection, openAiResult } from './result-line.ts';

const line: AnsweredLine = {
  customId: 'task-0',
  endpoint: 'chat',
  recordId: 'ab000000100',
  model: 'us.amazon.nova-pro-v1:0',
  created: 1_790_000_000,
};
const reply: ChatReply = {
  text: 'Paris',
  toolCalls: [],
  finish: 'stop',
  stopReason: 'end_turn',
  usage: { input: 10, output: 2, cacheRead: 4, cacheWrite: 1, reasoning: 1 },
};
const called: ChatReply = {
  id: 'msg_1',
  toolCalls: [
    { id: 'a', name: 'weather', input: { city: 'Oslo' } },
    { id: 'b', name: 'weather', input: '{"city":' },
  ],
  reasoning: 'Look.',
  finish: 'tool_calls',
  stopReason: 'tool_use',
  usage: { input: 1, output: 2 },
};
const answers = (...replies: ChatReply[]): RecordAnswer[] => replies.map((each) => ({ kind: 'reply', reply: each }));

/** OpenAI's own client, which is given a body where it would have asked for one. */
function clientOf(body: unknown): OpenAI {
  const headers = { 'content-type': 'application/json' };
  return new OpenAI({
    apiKey: 'none',
    baseURL: 'http://127.0.0.1:9',
    fetch: async () => new Response(JSON.stringify(body), { headers }),
  });
}
const bodyOf = ({ response }: OpenAiOutputLine) => response?.body;
const at = (endpoint: AnsweredLine['endpoint'], more: Partial<AnsweredLine> = {}) => ({ ...line, endpoint, ...more });

type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
/** What a response must have, by the types of OpenAI's client, which makes `output_text` itself. */
const REQUIRED: Readonly<Record<Exclude<RequiredKeys<OpenAI.Responses.Response>, 'output_text'>, true>> = {
  id: true,
  access_programs: true,
  created_at: true,
  error: true,
  incomplete_details: true,
  instructions: true,
  metadata: true,
  model: true,
  object: true,
  output: true,
  parallel_tool_calls: true,
  temperature: true,
  tool_choice: true,
  tools: true,
  top_p: true,
};

describe('an answered line', () => {
  test('a chat completion is one of OpenAI’s, by the types of its client', () => {
    const completion: OpenAI.ChatCompletion = chatCompletion(line, [reply]);
    expect(openAiResult(line, answers(reply))).toEqual({
      file: 'output',
      line: {
        id: 'batch_req_ab000000100',
        custom_id: 'task-0',
        response: { status_code: 200, request_id: 'ab000000100', body: completion },
        error: null,
      },
    });
    expect(completion).toEqual({
      id: 'chatcmpl-ab000000100',
      object: 'chat.completion',
      created: 1_790_000_000,
      model: 'us.amazon.nova-pro-v1:0',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Paris', refusal: null }, logprobs: null, finish_reason: 'stop' },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 2,
        total_tokens: 12,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 1 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    });
  });

  test('calls have JSON for arguments, no content, and what the model thought beside them', () => {
    const completion: OpenAI.ChatCompletion = chatCompletion(line, [called]);
    expect(completion).toMatchObject({
      id: 'msg_1',
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            content: null,
            reasoning_content: 'Look.',
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
              { id: 'b', type: 'function', function: { name: 'weather', arguments: '{"city":' } },
            ],
          },
        },
      ],
    });
  });

  test('n replies are n choices in their order, and their usage is what all of them cost', () => {
    const completion = chatCompletion(line, [reply, called, { ...reply, text: 'London', finish: 'length' }]);
    expect(completion.choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, 'stop'],
      [1, 'tool_calls'],
      [2, 'length'],
    ]);
    expect(completion.id).toBe('chatcmpl-ab000000100');
    expect(completion.usage).toEqual({
      prompt_tokens: 21,
      completion_tokens: 6,
      total_tokens: 27,
      prompt_tokens_details: { cached_tokens: 8, cache_write_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 2 },
    });
  });

  test('usage that one reply does not tell is not told, never 0', () => {
    const { usage: _, ...silent } = reply;
    expect(chatCompletion(line, [reply, silent])).not.toHaveProperty('usage');
  });

  test.each([
    ['stop', 'stop', 'Paris', null],
    ['length', 'length', 'Paris', null],
    ['content_filter', 'content_filter', 'Paris', null],
    ['refusal', 'content_filter', null, 'Paris'],
  ] as const)('a reply that ended with %s has the finish reason %s', (finish, finish_reason, content, refusal) => {
    expect(chatCompletion(line, [{ ...reply, finish }]).choices[0]).toMatchObject({
      finish_reason,
      message: { content, refusal },
    });
  });

  test('an answer without a text is an empty one, not none', () => {
    const { text: _, ...silent } = reply;
    expect(chatCompletion(line, [silent]).choices[0]?.message.content).toBe('');
  });

  test('a completion of several prompts has a text for each', async () => {
    const completion: OpenAI.Completion = textCompletion(at('completions'), [reply, { ...reply, text: 'b', finish: 'length' }]);
    expect(completion.choices).toEqual([
      { index: 0, text: 'Paris', logprobs: null, finish_reason: 'stop' },
      { index: 1, text: 'b', logprobs: null, finish_reason: 'length' },
    ]);
    const { line: written } = openAiResult(at('completions'), answers(reply, reply));
    expect(await clientOf(bodyOf(written)).completions.create({ model: 'm', prompt: 'a' })).toMatchObject({
      object: 'text_completion',
    });
  });

  test('a response has its texts, calls and thoughts as items, and repeats what was asked', async () => {
    const body = { input: 'x', instructions: 'Be brief.', temperature: 0, tools: [], metadata: { a: 'b' } };
    const spoken: ChatReply = { ...called, text: 'I look.' };
    const response = responseObject(at('responses', { body }), spoken);
    expect(Object.keys(response)).toEqual(expect.arrayContaining(Object.keys(REQUIRED)));
    expect(response).toMatchObject({
      id: 'resp_ab000000100',
      status: 'completed',
      instructions: 'Be brief.',
      temperature: 0,
      metadata: { a: 'b' },
      top_p: null,
      output: [
        { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Look.' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
        { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'function_call', call_id: 'b', arguments: '{"city":' },
      ],
      usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3, input_tokens_details: { cached_tokens: 0 } },
    });
    const { line: written } = openAiResult(at('responses', { body }), answers(spoken));
    const read = await clientOf(bodyOf(written)).responses.create({ model: 'm', input: 'x' });
    expect(read.output_text).toBe('I look.');
  });

  test('the items and the usage of a response are those of OpenAI’s, by the types of its client', () => {
    const made = responseObject(at('responses'), called);
    const output: OpenAI.Responses.ResponseOutputItem[] = made.output;
    const usage: OpenAI.Responses.ResponseUsage | undefined = made.usage;
    const status: OpenAI.Responses.ResponseStatus = made.status;
    const details: OpenAI.Responses.Response.IncompleteDetails | null = made.incomplete_details;
    expect([output.length, usage?.total_tokens, status, details]).toEqual([3, 3, 'completed', null]);
  });

  test.each([
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['content_filter', 'incomplete', { reason: 'content_filter' }],
    ['stop', 'completed', null],
  ] as const)('a response that ended with %s is %s', (finish, status, incomplete_details) => {
    expect(responseObject(at('responses'), { ...reply, finish })).toMatchObject({ status, incomplete_details });
  });

  test('a response that is a refusal says so', () => {
    const { output } = responseObject(at('responses'), { ...reply, finish: 'refusal' });
    expect(output).toMatchObject([{ type: 'message', content: [{ type: 'refusal', refusal: 'Paris' }] }]);
  });

  test('embeddings come together in their order, and as base64 the client of OpenAI reads the same numbers', async () => {
    const numbers = [
      [0, -1.5, 3.25e-7],
      [1e9, 0.1, -0],
    ];
    const vectors: (RecordAnswer & { kind: 'embedding' })[] = numbers.map((embedding) => ({
      kind: 'embedding',
      embedding,
      inputTokens: 4,
    }));
    const made = embeddingList(at('embeddings'), vectors);
    const data = made.data.map((each) => ({ ...each, embedding: each.embedding as number[] }));
    const float: OpenAI.CreateEmbeddingResponse = { ...made, data };
    expect(float).toEqual({
      object: 'list',
      model: line.model,
      data: numbers.map((embedding, index) => ({ object: 'embedding', index, embedding })),
      usage: { prompt_tokens: 8, total_tokens: 8 },
    });
    const { line: written } = openAiResult(at('embeddings', { encoding: 'base64' }), vectors);
    // the client asks for base64 where nothing is said, and gives numbers
    const read = await clientOf(bodyOf(written)).embeddings.create({ model: 'm', input: ['a', 'b'] });
    expect(read.data.map(({ embedding }) => [...embedding])).toEqual(numbers.map((each) => each.map(Math.fround)));
  });

  test('the same is written for the same', () => {
    const text = () => JSON.stringify(openAiResult(at('responses'), answers(reply)));
    expect(text()).toBe(text());
  });
});

describe('a line without an answer', () => {
  test('a failed record has the status, the body and the error of its failure, among the errors', () => {
    expect(openAiResult(line, [{ kind: 'failed', code: 'ThrottlingException', message: 'too many' }])).toEqual({
      file: 'errors',
      line: {
        id: 'batch_req_ab000000100',
        custom_id: 'task-0',
        response: {
          status_code: 429,
          request_id: 'ab000000100',
          body: { error: { message: 'too many', type: 'rate_limit_error', param: null, code: 'ThrottlingException' } },
        },
        error: { code: 'ThrottlingException', message: 'too many' },
      },
    });
  });

  test.each([
    ['400', 400, 'invalid_request_error'],
    ['ValidationException', 400, 'invalid_request_error'],
    ['403', 403, 'permission_error'],
    ['404', 404, 'not_found_error'],
    ['ModelTimeoutException', 408, 'server_error'],
    ['424', 424, 'server_error'],
    ['schema_mismatch', 422, 'invalid_request_error'],
    ['com.amazon.bedrock#ServiceUnavailableException', 503, 'server_error'],
    ['constructor', 500, 'server_error'],
    ['7', 500, 'server_error'],
    ['', 500, 'server_error'],
  ])('the code %s is the status %d, a %s', (code, status_code, type) => {
    const { response } = openAiResult(line, [{ kind: 'failed', code, message: 'm' }]).line;
    expect(response).toMatchObject({ status_code, body: { error: { type, code } } });
  });

  test('one record that failed of many makes the line an error that says how many', () => {
    const failed: RecordAnswer = { kind: 'failed', code: '500', message: 'gone' };
    const { file, line: written } = openAiResult(line, [...answers(reply), failed, failed]);
    expect(file).toBe('errors');
    expect(written.error).toEqual({ code: '500', message: '2 of 3 requests of the line failed, the first with: gone' });
  });

  test('a malformed reply is an error, not an answer that stopped', () => {
    const { file, line: written } = openAiResult(
      line,
      answers({ ...reply, finish: 'malformed', stopReason: 'malformed_tool_use' }),
    );
    expect([file, written.error?.code, written.response?.status_code]).toEqual(['errors', 'malformed_tool_use', 500]);
  });

  test.each(['batch_expired', 'batch_cancelled', 'record_missing'] as const)(
    'a missing record is an error without a response: %s',
    (reason) => {
      const { file, line: written } = openAiResult(line, [...answers(reply), { kind: 'missing', reason }]);
      expect(file).toBe('errors');
      expect(written).toMatchObject({ custom_id: 'task-0', response: null, error: { code: reason } });
    },
  );

  test('a line none of whose records is known is missing', () => {
    expect(openAiResult(line, []).line.error?.code).toBe('record_missing');
  });

  test('a vector where a text was asked for is an error, and the other way round', () => {
    expect(openAiResult(line, [{ kind: 'embedding', embedding: [1] }]).line.error?.code).toBe('bad_output');
    expect(openAiResult(at('embeddings'), answers(reply)).line.error?.code).toBe('bad_output');
  });

  test('a line that was never sent tells all of its problems, and the field of the first', () => {
    const problems = [
      { code: 'unknown_role', path: 'body.messages[0].role', message: 'one' },
      { code: 'out_of_range', path: 'body.n', message: 'two' },
    ];
    expect(openAiRejection({ customId: 'x', recordId: 'r', problems })).toEqual({
      file: 'errors',
      line: {
        id: 'batch_req_r',
        custom_id: 'x',
        response: {
          status_code: 400,
          request_id: 'r',
          body: {
            error: { message: 'one; two', type: 'invalid_request_error', param: 'messages[0].role', code: 'unknown_role' },
          },
        },
        error: { code: 'unknown_role', message: 'one; two' },
      },
    });
    expect(openAiRejection({ recordId: 'r', problems }).line.custom_id).toBeNull();
  });
});
