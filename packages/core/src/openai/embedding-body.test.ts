import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { lineOf, problemsIn, unsupportedIn } from '../testing/openai-lines.ts';
import { MAX_REQUESTS_OF_LINE } from './line.ts';
import { readOpenAiLine } from './read-line.ts';

const url = '/v1/embeddings';

test('each text is a request, with what was asked for all of them', () => {
  const body: OpenAI.EmbeddingCreateParams = {
    model: 'm',
    input: ['a', ' b '],
    dimensions: 256,
    encoding_format: 'base64',
    user: 'u',
  };
  expect(readOpenAiLine(lineOf(body, url)).line).toEqual({
    customId: 'task-0',
    model: 'm',
    endpoint: 'embeddings',
    encoding: 'base64',
    requests: [
      { text: 'a', dimensions: 256, user: 'u' },
      { text: ' b ', dimensions: 256, user: 'u' },
    ],
  });
});

test('one text is one request, its numbers a list where nothing else is said', () => {
  expect(readOpenAiLine(lineOf({ input: 'a' }, url)).line).toMatchObject({ encoding: 'float', requests: [{ text: 'a' }] });
});

test.each<[string, object, readonly string[]]>([
  ['nothing to embed', {}, ['missing_field body.input']],
  ['an empty list', { input: [] }, ['no_messages body.input']],
  ['empty texts', { input: ['a', '', ' '] }, ['no_messages body.input[1]', 'no_messages body.input[2]']],
  ['tokens', { input: [1, 2] }, ['token_input body.input']],
  ['lists of tokens', { input: [[1, 2]] }, ['token_input body.input']],
  ['something among the texts that is none', { input: ['a', 1] }, ['bad_type body.input[1]']],
  ['more texts than a line can have', { input: new Array(MAX_REQUESTS_OF_LINE + 1).fill('a') }, ['too_many_requests body.input']],
  ['no dimensions', { input: 'a', dimensions: 0 }, ['out_of_range body.dimensions']],
  ['another encoding', { input: 'a', encoding_format: 'binary' }, ['bad_value body.encoding_format']],
])('%s: refused, with its place', (_, body, problems) => {
  expect(problemsIn(body, url)).toEqual(problems);
});

test('unknown fields are left out, and said', () => {
  expect(unsupportedIn({ input: 'a', input_type: 'query' }, url)).toEqual(['left-out unknown_field input_type']);
});
