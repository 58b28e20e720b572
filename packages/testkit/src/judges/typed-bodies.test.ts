import { resolveModel } from '@batchrock/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chatRequest } from './chat-arbitrary.ts';
import { type TypedBody, typeProblems } from './compile-bodies.ts';

/** As many requests a model, the same ones every time. */
const REQUESTS = 15;
const SEED = 20_261_122;

/** What a vendor's own types say a request is, and models whose bodies have to be it. */
const VENDORS = [
  {
    type: 'ConverseBody',
    invocationType: 'Converse',
    ids: ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'amazon.nova-2-lite-v1:0', 'qwen.qwen3-vl-235b-a22b'],
  },
  {
    type: 'ClaudeBody',
    invocationType: 'InvokeModel',
    ids: ['anthropic.claude-haiku-4-5-20251001-v1:0', 'anthropic.claude-opus-4-6-v1', 'anthropic.claude-opus-5'],
  },
  {
    type: 'OpenaiBody',
    invocationType: 'InvokeModel',
    ids: ['openai.gpt-oss-20b-1:0', 'qwen.qwen3-vl-235b-a22b', 'mistral.voxtral-mini-3b-2507'],
  },
] as const;

function bodies(): readonly TypedBody[] {
  const all: TypedBody[] = [];
  const requests = fc.sample(chatRequest, { seed: SEED, numRuns: REQUESTS });
  for (const { type, invocationType, ids } of VENDORS) {
    for (const id of ids) {
      const model = resolveModel(id, { invocationType });
      for (const request of requests) {
        let isImpossible = false;
        const body = model.family.chat!(request, model.traits, ({ effect }) => {
          isImpossible ||= effect === 'impossible';
        });
        if (!isImpossible) all.push({ type, body });
      }
    }
  }
  return all;
}

test('bodies of conversations are what the types of AWS, Anthropic and OpenAI say, and others are not', () => {
  const sound = bodies();
  expect(sound.length).toBeGreaterThan(REQUESTS * 3);
  const wrong = VENDORS.map(({ type }) => ({ type, body: { messages: [{ role: 'user', content: [{ say: 'x' }] }] } }));
  const problems = typeProblems([...sound, ...wrong]);
  const ofSound = [...problems].filter(([i]) => i < sound.length);
  expect(ofSound.slice(0, 3).map(([i, problem]) => `${problem}\n${JSON.stringify(sound[i])}`)).toEqual([]);
  expect(problems.size).toBe(VENDORS.length);
});
