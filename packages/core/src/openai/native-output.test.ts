import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { familyNamed } from '../model/index.ts';
import { openAiFromNative } from './native-output.ts';

const converse = { family: familyNamed('converse'), model: 'us.amazon.nova-pro-v1:0', created: 7 };
const answer = {
  output: { message: { role: 'assistant', content: [{ text: 'Paris' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
};

test('a line of a job’s output is a line of OpenAI’s, its record’s id the custom_id', () => {
  const result = openAiFromNative({ recordId: 'r1', modelInput: {}, modelOutput: answer }, converse);
  const completion = result?.line.response?.body as OpenAI.ChatCompletion;
  expect(result).toMatchObject({ file: 'output', line: { custom_id: 'r1', error: null } });
  expect(completion).toMatchObject({
    model: 'us.amazon.nova-pro-v1:0',
    created: 7,
    choices: [{ message: { content: 'Paris' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  });
});

test('a vector is an embedding', () => {
  const titan = { family: familyNamed('titan-embed-text'), model: 'amazon.titan-embed-text-v2:0', created: 7 };
  const result = openAiFromNative({ recordId: 'r1', modelOutput: { embedding: [1, 2], inputTextTokenCount: 4 } }, titan);
  expect(result?.line.response?.body).toMatchObject({ data: [{ embedding: [1, 2] }], usage: { prompt_tokens: 4 } });
});

test.each<[string, object, string, number | undefined]>([
  ['a number for its code', { error: { errorCode: 429, errorMessage: 'm' } }, '429', 429],
  ['a text for its code', { error: { errorCode: 'ValidationException', errorMessage: 'm' } }, 'ValidationException', 400],
  ['other names', { error: { code: '500', message: 'm' } }, '500', 500],
  ['an error that is a text', { error: 'gone' }, 'bad_error', 500],
  ['neither an answer nor an error', {}, 'record_missing', undefined],
  ['an answer of another family', { modelOutput: { content: [] } }, 'bad_output', 500],
])('a record with %s is a line of the errors', (_, fields, code, status) => {
  const result = openAiFromNative({ recordId: 'r1', ...fields }, converse);
  expect(result?.file).toBe('errors');
  expect(result?.line.error?.code).toBe(code);
  expect(result?.line.response?.status_code).toBe(status);
});

test('what has no record id is no line of a job’s output', () => {
  for (const value of [null, [], 'x', {}, { recordId: 5 }]) expect(openAiFromNative(value, converse)).toBeUndefined();
});
