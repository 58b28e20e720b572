import { expect, test } from 'vitest';
import type { EmbeddingRequest } from '../model/index.ts';
import { lineOf, requestsOf } from '../testing/openai-lines.ts';
import { copyOf, cutLine } from './fan-out.ts';
import { readOpenAiLine } from './read-line.ts';

const messages = [{ role: 'user', content: 'hello' }];

test.each<[string, object]>([
  ['several choices', lineOf({ messages, n: 3, temperature: 1 })],
  ['several choices for each of several prompts', lineOf({ prompt: ['a', 'b', 'c'], n: 2, max_tokens: 5 }, '/v1/completions')],
  ['several texts to embed', lineOf({ input: ['a', 'b', 'c'], dimensions: 5 }, '/v1/embeddings')],
])('a line that asks for %s is as many lines, which ask for the same in the same order', (_, line) => {
  const whole = requestsOf(line);
  const cut = cutLine(line)!;
  expect(cut.map((each) => copyOf(each))).toEqual(whole.map((__, copy) => ({ copy, of: whole.length })));
  expect(cut.flatMap((each) => requestsOf(each))).toEqual(whole);
  for (const each of cut) expect(readOpenAiLine(each)).toMatchObject({ customId: 'task-0', unsupported: [] });
});

test('a line that asks for one answer, or that has a problem, is not cut', () => {
  expect(cutLine(lineOf({ messages }))).toBeUndefined();
  expect(cutLine(lineOf({ messages, n: 1 }))).toBeUndefined();
  expect(cutLine(lineOf({ messages: [], n: 3 }))).toBeUndefined();
  expect(cutLine(null)).toBeUndefined();
});

test('the base64 of an embedding is asked for in each of its lines', () => {
  const cut = cutLine(lineOf({ input: ['a', 'b'], encoding_format: 'base64' }, '/v1/embeddings'))!;
  for (const each of cut) expect(readOpenAiLine(each).line).toMatchObject({ encoding: 'base64' });
  expect(cut.map((each) => (readOpenAiLine(each).line!.requests[0] as EmbeddingRequest).text)).toEqual(['a', 'b']);
});

test('what is no mark of a cut is none', () => {
  const line = cutLine(lineOf({ messages, n: 2 }))![0]!;
  const [key] = Object.keys(line).filter((each) => !(each in lineOf({})));
  for (const mark of [null, 'x', {}, { copy: 2, of: 2 }, { copy: -1, of: 2 }, { copy: 0.5, of: 2 }]) {
    expect(copyOf({ ...line, [key!]: mark })).toBeUndefined();
  }
});
