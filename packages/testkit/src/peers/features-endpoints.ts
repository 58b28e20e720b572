import type { JsonObject } from '@batchrock/core';
import { inOrder, instructs, mustNotBeSent, offers, says, shows, stopsAt, tells, thinks, wantsAnswer } from './asks.ts';
import { chat, type Feature, type ModelKey } from './feature.ts';
import { CHAT_MODELS, twice } from './features-messages.ts';

const TWO: readonly ModelKey[] = ['claude', 'nova'];

/** Envelopes, and the other endpoints that are chats. */
export const ENDPOINTS: readonly Feature[] = [
  {
    name: 'a `url` without `/v1`',
    on: TWO,
    variants: (draw) => {
      const text = draw.text();
      return [{ ...chat({ messages: [{ role: 'user', content: text }] }, says('user', text)), url: '/chat/completions' }];
    },
  },
  {
    name: 'no `model` in the body',
    on: TWO,
    variants: (draw) => {
      const text = draw.text();
      return [chat({ model: null, messages: [{ role: 'user', content: text }] }, says('user', text))];
    },
  },
  {
    name: '`/v1/completions`',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const [prompt, stop] = [draw.text(), draw.name()];
        const asks = [says('user', prompt), tells('maxTokens', 77), stopsAt(stop)];
        return { url: '/v1/completions', body: { prompt, max_tokens: 77, stop: [stop] }, asks };
      }),
  },
  {
    name: '`/v1/completions` with several prompts',
    on: CHAT_MODELS,
    variants: (draw) => [{ url: '/v1/completions', body: { prompt: [draw.text(), draw.text()] }, asks: [], records: 2 }],
  },
  {
    name: '`/v1/responses`',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const [input, told] = [draw.text(), draw.text()];
        const asks = [says('user', input), instructs(told), tells('maxTokens', 99)];
        return { url: '/v1/responses', body: { input, instructions: told, max_output_tokens: 99 }, asks };
      }),
  },
  {
    name: '`/v1/responses` with items, images and parts',
    on: TWO,
    variants: (draw) => {
      const [a, b, c, image] = [draw.text(), draw.text(), draw.text(), draw.image('png')];
      const input: readonly JsonObject[] = [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: a },
            { type: 'input_image', image_url: `data:image/png;base64,${image}`, detail: 'auto' },
          ],
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: b, annotations: [] }] },
        { role: 'user', content: c },
      ];
      return [{ url: '/v1/responses', body: { input }, asks: [inOrder(a, b, c), shows('image', 'png', image)] }];
    },
  },
  {
    name: '`/v1/responses` with a tool',
    on: TWO,
    hasTools: true,
    variants: (draw) => {
      const [input, name, description] = [draw.text(), draw.name(), draw.text()];
      const { additionalProperties: _, ...parameters } = draw.schema();
      const tools = [{ type: 'function', name, description, parameters, strict: false }];
      return [
        { url: '/v1/responses', body: { input, tools }, asks: [says('user', input), offers(name, description, parameters)] },
      ];
    },
  },
  {
    name: '`/v1/responses` with a schema',
    on: TWO,
    variants: (draw) => {
      const [input, schema] = [draw.text(), draw.schema()];
      const format = { type: 'json_schema', name: draw.name(), schema, strict: true };
      return [{ url: '/v1/responses', body: { input, text: { format } }, asks: [says('user', input), wantsAnswer(schema)] }];
    },
  },
  {
    name: '`/v1/responses` that reasons',
    on: ['claude', 'nova-2', 'gpt-oss'],
    variants: (draw) => {
      const body = { input: draw.text(), reasoning: { effort: 'low' }, max_output_tokens: 20_000 };
      return [{ url: '/v1/responses', body, asks: [thinks, tells('maxTokens', 20_000)] }];
    },
  },
];

const wrong = (name: string, ...variants: readonly Partial<ReturnType<typeof chat>>[]): Feature => ({
  name,
  on: TWO,
  impossible: TWO,
  variants: (draw) => variants.map((variant) => ({ ...chat({ messages: [draw.user()] }), ...variant, asks: [mustNotBeSent] })),
});

/** What nobody can answer: it has to be refused before anything is paid for. */
export const WRONG: readonly Feature[] = [
  wrong('a role that does not exist', { body: { messages: [{ role: 'robot', content: 'x' }] } }),
  wrong('no messages', { body: { messages: [] } }),
  wrong('a `url` that does not exist', { url: '/v1/images/generations' }),
  wrong('another `method`', { line: { method: 'GET' } }),
  wrong('a `custom_id` that is empty', { line: { custom_id: '' } }),
  wrong('`temperature` below 0', { body: { messages: [{ role: 'user', content: 'x' }], temperature: -1 } }),
  wrong('`max_tokens` 0', { body: { messages: [{ role: 'user', content: 'x' }], max_tokens: 0 } }),
  wrong('a text where a number stands', { body: { messages: [{ role: 'user', content: 'x' }], max_tokens: 'many' } }),
  wrong('a file that stands at OpenAI', {
    body: { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-abc' } }] }] },
  }),
  wrong('an image that is no image', {
    body: {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:text/html;base64,PGI+' } }] }],
    },
  }),
];
