import type { JsonObject } from '@batchrock/core';
import { mustNotBeSent } from './asks.ts';
import type { Draw } from './draw.ts';
import type { Ask, Feature, ModelKey, Variant } from './feature.ts';
import { twice } from './features-messages.ts';

const MAKES: readonly ModelKey[] = ['titan', 'titan-image', 'nova-embed'];

const embed = (body: JsonObject, ...asks: readonly Ask[]): Variant => ({ url: '/v1/embeddings', body, asks });

/** Where a text to embed stands, by the documentation of each model. */
const embeds =
  (text: string): Ask =>
  ({ body }) =>
    JSON.stringify(body).includes(JSON.stringify(text)) ? undefined : 'the text is lost';

/** A vector of numbers is asked for, not of bits. */
const asNumbers: Ask = ({ body }) => {
  const types = body['embeddingTypes'];
  return types === undefined || JSON.stringify(types) === '["float"]'
    ? undefined
    : 'base64 becomes `binary`, a bit for each number';
};

const asked = (name: string, variants: (draw: Draw) => readonly Variant[], more: Partial<Feature> = {}): Feature => ({
  name,
  on: MAKES,
  variants,
  ...more,
});

/** Texts to embed. */
export const EMBEDDINGS: readonly Feature[] = [
  asked('a text', (draw) =>
    twice(() => {
      const input = draw.text();
      return embed({ input }, embeds(input));
    }),
  ),
  asked('a list of one text', (draw) => {
    const input = draw.text();
    return [embed({ input: [input] }, embeds(input))];
  }),
  asked('a list of texts', (draw) => [{ ...embed({ input: [draw.text(), draw.text(), draw.text()] }), records: 3 }]),
  asked('`dimensions`', (draw) => [
    embed({ input: draw.text(), dimensions: 256 }, (reading) =>
      JSON.stringify(reading.body).includes(':256') ? undefined : '`dimensions` is lost',
    ),
  ]),
  asked('`encoding_format` float', (draw) => [embed({ input: draw.text(), encoding_format: 'float' }, asNumbers)]),
  asked('`encoding_format` base64', (draw) => [embed({ input: draw.text(), encoding_format: 'base64' }, asNumbers)]),
  asked('a `url` without `/v1`', (draw) => {
    const input = draw.text();
    return [{ ...embed({ input }, embeds(input)), url: '/embeddings' }];
  }),
  asked('numbers of tokens', () => [embed({ input: [1, 2, 3] }, mustNotBeSent)], { impossible: MAKES }),
  asked('a conversation', (draw) => [{ url: '/v1/chat/completions', body: { messages: [draw.user()] }, asks: [mustNotBeSent] }], {
    impossible: MAKES,
  }),
  asked('a text for Claude', (draw) => [embed({ input: draw.text() }, mustNotBeSent)], {
    on: ['claude'],
    impossible: ['claude'],
  }),
  asked('a model that batch inference does not offer', (draw) => [embed({ input: draw.text() }, mustNotBeSent)], {
    on: ['cohere'],
    impossible: ['cohere'],
  }),
];
