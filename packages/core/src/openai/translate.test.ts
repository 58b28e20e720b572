import { expect, test } from 'vitest';
import { familyNamed, type JsonObject } from '../model/index.ts';
import { lineOf } from '../testing/openai-lines.ts';
import type { OnUnsupported } from './policy.ts';
import { problemText, translateLine, whyNotTranslated } from './translate.ts';

const to = (onUnsupported: OnUnsupported, family = 'converse') => ({ family: familyNamed(family), traits: {}, onUnsupported });
const messages = [{ role: 'user', content: 'hello', name: 'Ada' }];

test('a line in the words of a model, one body for each request', () => {
  const { bodies, problems } = translateLine(lineOf({ messages: [{ role: 'user', content: 'hello' }], n: 2 }), to('error'));
  expect(problems).toEqual([]);
  expect(bodies).toHaveLength(2);
  for (const body of bodies) expect((body as JsonObject)['messages']).toEqual([{ role: 'user', content: [{ text: 'hello' }] }]);
});

test.each([
  ['error', ['message_name body.messages[0].name', 'field_not_supported body.seed'], 0],
  ['warn', [], 1],
  ['drop', [], 1],
] as const)('what the reader and the model have no words for is refused or let pass, as %s says', (policy, refused, bodies) => {
  const translated = translateLine(lineOf({ messages, seed: 1 }), to(policy));
  expect(translated.problems.map(({ code, path }) => `${code} ${path}`)).toEqual(refused);
  expect(translated.bodies).toHaveLength(bodies);
  expect(translated.passed.map(({ path }) => path)).toEqual(bodies === 0 ? [] : ['messages[0].name', 'seed']);
});

test('the longest answer of a line that does not say it is that of the run', () => {
  const said = (body: object) => translateLine(lineOf({ messages, n: 2, ...body }), { ...to('drop'), maxTokens: 9 }).bodies;
  expect(said({})).toEqual([expect.objectContaining({ inferenceConfig: { maxTokens: 9 } }), said({})[0]]);
  expect(said({ max_completion_tokens: 5 })[0]).toMatchObject({ inferenceConfig: { maxTokens: 5 } });
});

test.each([
  [2, { logprobs: true, top_logprobs: 2 }],
  [0, { logprobs: true }],
])('the %d log probabilities that a completion asks for are asked for as a conversation has them', (logprobs, told) => {
  const { bodies } = translateLine(lineOf({ prompt: 'x', logprobs }, '/v1/completions'), to('error', 'openai-shaped'));
  expect(bodies[0]).toEqual({ messages: [{ role: 'user', content: 'x' }], ...told });
});

test('a line of the other task than the model’s is refused', () => {
  const options = to('warn', 'titan-embed-text');
  expect(translateLine(lineOf({ messages }), options).problems).toMatchObject([{ code: 'wrong_endpoint', path: 'url' }]);
  expect(translateLine(lineOf({ input: 'a' }, '/v1/embeddings'), to('warn')).problems).toMatchObject([
    { code: 'wrong_endpoint' },
  ]);
  expect(translateLine(lineOf({ input: 'a' }, '/v1/embeddings'), options).bodies).toMatchObject([{ inputText: 'a' }]);
});

test('why a line cannot be sent is one line of text: places, messages, codes', () => {
  expect(problemText({ code: 'c', path: 'body.n', message: 'm' })).toBe('body.n: m (c)');
  expect(problemText({ code: 'c', path: '', message: 'm' })).toBe('m (c)');
  const why = whyNotTranslated(lineOf({ messages: Array.from({ length: 8 }, () => ({ role: 'robot' })) }), to('error'));
  expect(why).toContain('body.messages[0].role');
  expect(why).toMatch(/; and 3 more$/);
  expect(why).not.toContain('\n');
});
