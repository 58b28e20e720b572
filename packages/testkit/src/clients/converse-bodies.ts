import { writeFileSync } from 'node:fs';
import { type JsonObject, MODEL_CATALOGUE, resolveModel } from '@batchrock/core';
import fc from 'fast-check';
import { chatRequest } from '../judges/chat-arbitrary.ts';

/** As many requests a model, the same ones every time. */
const REQUESTS = 60;
const SEED = 20_261_122;
/** What botocore has to refuse, so that its silence means something. */
const WRONG: readonly JsonObject[] = [
  { messages: [{ role: 'user', content: 'Hi' }] },
  { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { max_tokens: 5 } },
  { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], outputConfig: { textFormat: { type: 'json_schema', schema: {} } } },
];

/** Writes Converse bodies of every chat model into a file, a line each, for a judge of another language. */
export function writeConverseBodies(path: string): void {
  const lines = WRONG.map((body) => JSON.stringify({ model: 'm', valid: false, body }));
  const requests = fc.sample(chatRequest, { seed: SEED, numRuns: REQUESTS });
  for (const { id, task, refused } of MODEL_CATALOGUE) {
    if (task !== 'text' || refused) continue;
    const { family, traits } = resolveModel(id, { invocationType: 'Converse' });
    for (const request of requests) {
      let isImpossible = false;
      const body = family.chat?.(request, traits, ({ effect }) => {
        isImpossible ||= effect === 'impossible';
      });
      if (!isImpossible) lines.push(JSON.stringify({ model: id, valid: true, body }));
    }
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}
