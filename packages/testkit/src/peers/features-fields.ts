import type { JsonObject, JsonValue } from '@batchrock/core';
import { says, stopsAt, tells, tellsField, thinks, wantsAnswer, wantsJson } from './asks.ts';
import type { Draw } from './draw.ts';
import { type Ask, chat, type Feature, type Variant } from './feature.ts';
import { CHAT_MODELS, twice } from './features-messages.ts';

/** A request of one text with these fields. */
function plain(draw: Draw, fields: JsonObject, ...asks: readonly Ask[]): Variant {
  const text = draw.text();
  return chat({ messages: [{ role: 'user', content: text }], ...fields }, says('user', text), ...asks);
}

const asked = (name: string, variants: Feature['variants'], more: Partial<Feature> = {}): Feature => ({
  name,
  on: CHAT_MODELS,
  variants,
  ...more,
});

/** A field that Bedrock has no word for: refused, or told where a model takes it under its own name. */
const unknown = (name: string, value: JsonValue, more: JsonObject = {}): Feature =>
  asked(`\`${name}\``, (draw) => [plain(draw, { [name]: value, ...more }, tellsField(name, value))], { impossible: CHAT_MODELS });

/** Sampling, limits and all else that is no message and no tool. */
export const FIELDS: readonly Feature[] = [
  asked('`max_tokens`', (draw) =>
    twice(() => {
      const max_tokens = draw.rng.int(1, 4000);
      return plain(draw, { max_tokens }, tells('maxTokens', max_tokens));
    }),
  ),
  asked('`max_completion_tokens`', (draw) =>
    twice(() => {
      const max_completion_tokens = draw.rng.int(1, 4000);
      return plain(draw, { max_completion_tokens }, tells('maxTokens', max_completion_tokens));
    }),
  ),
  asked('both of them', (draw) => {
    const max_completion_tokens = draw.rng.int(1, 2000);
    return [plain(draw, { max_tokens: 3999, max_completion_tokens }, tells('maxTokens', max_completion_tokens))];
  }),
  asked('`temperature`', (draw) =>
    twice(() => {
      const temperature = draw.rng.int(1, 100) / 100;
      return plain(draw, { temperature }, tells('temperature', temperature));
    }),
  ),
  asked('`temperature` 0', (draw) => [plain(draw, { temperature: 0 }, tells('temperature', 0))]),
  // 2 is the most at OpenAI, 1 at all of these but the OpenAI-shaped
  asked('`temperature` above 1', (draw) => [1.5, 2].map((temperature) => plain(draw, { temperature }, tells('temperature', 1))), {
    on: ['claude', 'nova', 'llama', 'mistral'],
  }),
  asked('`top_p`', (draw) => [0, draw.rng.int(1, 99) / 100].map((top_p) => plain(draw, { top_p }, tells('topP', top_p)))),
  asked('`stop` as a text', (draw) =>
    twice(() => {
      const stop = draw.name();
      return plain(draw, { stop }, stopsAt(stop));
    }),
  ),
  asked('`stop` as a list', (draw) => {
    const stop = [draw.name(), draw.name()];
    return [plain(draw, { stop }, stopsAt(...stop))];
  }),
  asked(
    'an empty text in `stop`',
    (draw) => {
      const stop = draw.name();
      return [plain(draw, { stop: [stop, ''] }, stopsAt(stop))];
    },
    { on: ['claude', 'nova'] },
  ),
  asked('`n`', (draw) => [{ ...plain(draw, { n: 3, temperature: 1 }), records: 3 }]),
  unknown('seed', 7),
  unknown('logprobs', true, { top_logprobs: 2 }),
  unknown('logit_bias', { 50256: -100 }),
  unknown('presence_penalty', 0.5),
  unknown('frequency_penalty', -0.5),
  asked('`user`', (draw) => {
    const user = `u-${draw.name()}`;
    return [plain(draw, { user }, tells('user', user))];
  }),
  asked('`metadata`', (draw) => [plain(draw, { metadata: { team: draw.name() } })]),
  asked('`stream` false', (draw) => [plain(draw, { stream: false })]),
  asked('`stream` true', (draw) => [plain(draw, { stream: true }, tellsField('stream', true))], { impossible: CHAT_MODELS }),
  unknown('store', true),
  unknown('service_tier', 'priority'),
  unknown('prediction', { type: 'content', content: 'x' }),
  asked('`response_format` text', (draw) => [plain(draw, { response_format: { type: 'text' } })], {
    on: ['claude', 'nova', 'llama', 'mistral'],
  }),
  asked('`response_format` json_object', (draw) => [plain(draw, { response_format: { type: 'json_object' } }, wantsJson)]),
  asked('`response_format` json_schema', (draw) =>
    twice(() => {
      const schema = draw.schema();
      const json_schema = { name: draw.name(), schema, strict: true };
      return plain(draw, { response_format: { type: 'json_schema', json_schema } }, wantsAnswer(schema));
    }),
  ),
  asked(
    '`reasoning_effort`',
    (draw) =>
      ['low', 'medium'].map((reasoning_effort) =>
        plain(draw, { reasoning_effort, max_completion_tokens: 30_000 }, thinks, tells('maxTokens', 30_000)),
      ),
    { on: ['claude', 'nova-2', 'gpt-oss'] },
  ),
];
