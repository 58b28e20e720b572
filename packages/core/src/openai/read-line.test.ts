import { describe, expect, test } from 'vitest';
import { lineOf, problemsIn, problemsOf, requestOf } from '../testing/openai-lines.ts';
import { OPENAI_URLS, readOpenAiLine, readOpenAiText } from './read-line.ts';

const messages = [{ role: 'user', content: 'hello' }];

describe('the envelope of a line', () => {
  test('the sample file that LangBatch documents is read as it stands: no version in the url, no model', () => {
    const text =
      '{"custom_id": "task-0", "method": "POST", "url": "/chat/completions", "body": {"messages": [{"role": "system", "content": "You are an AI assistant that helps people find information."}, {"role": "user", "content": "When was Microsoft founded?"}]}}';
    const read = readOpenAiText(text);
    expect(read).toEqual({
      customId: 'task-0',
      endpoint: 'chat',
      problems: [],
      unsupported: [],
      urls: [],
      line: {
        customId: 'task-0',
        endpoint: 'chat',
        requests: [
          {
            system: [{ text: 'You are an AI assistant that helps people find information.' }],
            turns: [{ role: 'user', content: [{ kind: 'text', text: 'When was Microsoft founded?' }] }],
          },
        ],
      },
    });
  });

  test.each([
    ['/v1/chat/completions', 'chat', { messages }],
    ['/chat/completions', 'chat', { messages }],
    ['/v1/completions', 'completions', { prompt: 'hello' }],
    ['/completions', 'completions', { prompt: 'hello' }],
    ['/v1/responses', 'responses', { input: 'hello' }],
    ['/responses', 'responses', { input: 'hello' }],
    ['/v1/embeddings', 'embeddings', { input: 'hello' }],
    ['/embeddings', 'embeddings', { input: 'hello' }],
  ])('%s is understood as %s', (url, endpoint, body) => {
    const { problems, line } = readOpenAiLine(lineOf(body, url));
    expect(problems).toEqual([]);
    expect(line).toMatchObject({ endpoint, customId: 'task-0' });
    expect(OPENAI_URLS.get(url)).toBe(endpoint);
  });

  test.each<[string, unknown, readonly string[]]>([
    ['a list', [], ['not_an_object ']],
    ['null', null, ['not_an_object ']],
    ['a text', 'line', ['not_an_object ']],
    ['an empty object', {}, ['bad_custom_id custom_id', 'bad_method method', 'unknown_url url', 'missing_field body']],
    ['an empty custom_id', { ...lineOf({ messages }), custom_id: '' }, ['bad_custom_id custom_id']],
    ['a custom_id that is a number', { ...lineOf({ messages }), custom_id: 7 }, ['bad_custom_id custom_id']],
    ['another method', { ...lineOf({ messages }), method: 'GET' }, ['bad_method method']],
    ['an endpoint that makes images', lineOf({}, '/v1/images/generations'), ['unknown_url url']],
    ['a body that is a text', lineOf('{}'), ['bad_type body']],
    ['an empty model', lineOf({ messages, model: '' }), ['missing_field body.model']],
    ['a model that is no text', lineOf({ messages, model: 5 }), ['bad_type body.model']],
  ])('%s is told with its place', (_, line, problems) => {
    const read = readOpenAiLine(line);
    expect(problemsOf(read)).toEqual(problems);
    expect(read.line).toBeUndefined();
  });

  test('what is no JSON is a problem of the line', () => {
    expect(problemsOf(readOpenAiText('{"custom_id": "a"'))).toEqual(['not_json ']);
    expect(problemsOf(readOpenAiText(''))).toEqual(['not_json ']);
  });

  test('the custom_id and the model of a line with problems are told, to answer it by', () => {
    const read = readOpenAiLine(lineOf({ model: 'gpt-5', messages: [] }));
    expect(read).toMatchObject({ customId: 'task-0', model: 'gpt-5', endpoint: 'chat' });
    expect(read.line).toBeUndefined();
  });

  test('every problem of a line is told at once', () => {
    const body = {
      messages: [
        { role: 'robot', content: 'x' },
        { role: 'user' },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'ftp://x' } }] },
      ],
      temperature: 3,
      stream: true,
      tools: [{ type: 'function', function: { name: 'no spaces' } }],
    };
    expect(problemsOf(readOpenAiLine({ ...lineOf(body), custom_id: '', method: 'PUT' }))).toEqual([
      'bad_custom_id custom_id',
      'bad_method method',
      'unknown_role body.messages[0].role',
      'missing_field body.messages[1].content',
      'bad_url body.messages[2].content[0].image_url.url',
      'out_of_range body.temperature',
      'stream body.stream',
      'bad_tool_name body.tools[0].function.name',
    ]);
  });
});

describe('a completion', () => {
  test('a list of prompts is a request for each of them, and n of each side by side', () => {
    const read = readOpenAiLine(lineOf({ prompt: ['a', 'b'], n: 2, max_tokens: 3, stop: 'END' }, '/v1/completions'));
    const text = (value: string) => ({
      turns: [{ role: 'user', content: [{ kind: 'text', text: value }] }],
      maxTokens: 3,
      stop: ['END'],
    });
    expect(read.line?.requests).toEqual([text('a'), text('a'), text('b'), text('b')]);
  });

  test.each([
    [{ prompt: [1, 2, 3] }, ['token_input body.prompt[0]']],
    [{ prompt: [[1, 2]] }, ['token_input body.prompt[0]']],
    [{ prompt: null }, ['missing_field body.prompt']],
    [{ prompt: [] }, ['no_messages body.prompt']],
    [{ prompt: ['a', ' '] }, ['no_messages body.prompt[1]']],
    [{ prompt: new Array(100).fill('a'), n: 20 }, ['too_many_requests body.n']],
  ])('%j is refused', (body, problems) => {
    expect(problemsIn(body, '/v1/completions')).toEqual(problems);
  });

  test('what no model is told of it is said', () => {
    const body = { prompt: 'a', echo: true, suffix: 'b', best_of: 3, logprobs: 2 };
    const read = readOpenAiLine(lineOf(body, '/completions'));
    expect(read.unsupported.map(({ effect, path }) => `${effect} ${path}`)).toEqual([
      'left-out echo',
      'left-out suffix',
      'left-out best_of',
    ]);
    expect(requestOf(lineOf({ prompt: 'a', logprobs: 2 }, '/completions')).extras).toEqual({ logprobs: 2 });
  });
});
