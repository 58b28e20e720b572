import { expect, test } from 'vitest';
import { checkQuestion } from './question.ts';
import type { Question } from './request.ts';

const MODEL = 'anthropic.claude-3-haiku-20240307-v1:0';

const checked = (question: Partial<Question>) => checkQuestion({ dataset: 'in.jsonl', model: MODEL, ...question });

test('records that are ready to be sent need no prompt, and may be as large as a row', () => {
  const { request, columns, templates, model } = checked({ inputFormat: 'bedrock' });
  expect({ request, columns, templates }).toEqual({
    request: { params: {}, given: true },
    columns: ['modelInput'],
    templates: [],
  });
  expect(model.limits.maxRecordBytes).toBe(16 << 20);
  expect(checked({ inputFormat: 'rows', prompt: '{a}' }).model.limits.maxRecordBytes).toBe(4 << 20);
});

test('what cannot be put into records that are ready is refused all at once', () => {
  expect(() => checked({ inputFormat: 'bedrock', prompt: 'a', system: 'b', textColumn: 'c' })).toThrow(
    /a prompt and a system prompt and a text column/,
  );
  expect(() => checked({ inputFormat: 'bedrock', params: { max_tokens: '5' } })).toThrow(/request parameters/);
});
