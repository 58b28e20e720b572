import { inOrder, instructs, nothingBlank, notInSilence, says, shows, trimmedEnd } from './asks.ts';
import type { Draw, ImageFormat } from './draw.ts';
import { chat, type Feature, type ModelKey } from './feature.ts';

/** The models that converse. */
export const CHAT_MODELS: readonly ModelKey[] = ['claude', 'nova', 'gpt-oss', 'llama', 'mistral'];
/** Those of them that see. */
const SEES: readonly ModelKey[] = ['claude', 'nova'];
const FORMATS: readonly ImageFormat[] = ['png', 'jpeg', 'gif', 'webp'];

const part = (text: string) => ({ type: 'text', text });
const picture = (format: string, base64: string) => ({
  type: 'image_url',
  image_url: { url: `data:image/${format};base64,${base64}` },
});

/** Two of a kind, drawn one after the other. */
export const twice = <T>(make: () => T): readonly T[] => [make(), make()];

/** Roles, turns and parts. */
export const MESSAGES: readonly Feature[] = [
  {
    name: 'a text of the user',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const text = draw.text();
        return chat({ messages: [{ role: 'user', content: text }] }, says('user', text));
      }),
  },
  instructions('`system`', (draw) => [{ role: 'system', content: draw.text() }]),
  instructions('`developer`', (draw) => [{ role: 'developer', content: draw.text() }]),
  instructions('two messages of `system`', (draw) => [
    { role: 'system', content: draw.text() },
    { role: 'system', content: draw.text() },
  ]),
  {
    name: '`system` in parts',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const [a, b] = [draw.text(), draw.text()];
        return chat({ messages: [{ role: 'system', content: [part(a), part(b)] }, draw.user()] }, instructs(a, b));
      }),
  },
  {
    name: '`system` behind the first turn',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const [a, b, c] = [draw.text(), draw.text(), draw.text()];
        const messages = [
          { role: 'user', content: a },
          { role: 'assistant', content: b },
          { role: 'system', content: c },
          { role: 'user', content: draw.text() },
        ];
        return chat({ messages }, instructs(c), inOrder(a, b));
      }),
  },
  {
    name: 'turns of the assistant',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const texts = Array.from({ length: 5 }, () => draw.text());
        const messages = texts.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
        return chat({ messages }, inOrder(...texts), says('assistant', texts[1]!), says('assistant', texts[3]!));
      }),
  },
  {
    name: 'turns of the assistant in parts',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const [a, b, c] = [draw.text(), draw.text(), draw.text()];
        const messages = [
          { role: 'user', content: a },
          { role: 'assistant', content: [part(b)] },
          { role: 'user', content: c },
        ];
        return chat({ messages }, inOrder(a, b, c), says('assistant', b));
      }),
  },
  {
    name: 'several texts in one message',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const texts = [draw.text(), draw.text(), draw.text()];
        return chat({ messages: [{ role: 'user', content: texts.map(part) }] }, inOrder(...texts));
      }),
  },
  {
    name: 'messages of the user in a row',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const texts = [draw.text(), draw.text(), draw.text()];
        return chat({ messages: texts.map((content) => ({ role: 'user', content })) }, inOrder(...texts));
      }),
  },
  {
    name: 'a message that is empty',
    on: ['claude', 'nova'],
    variants: (draw) =>
      ['', ' \n'].map((content) => {
        const [a, b] = [draw.text(), draw.text()];
        const messages = [
          { role: 'user', content: a },
          { role: 'assistant', content: b },
          { role: 'user', content },
        ];
        return chat({ messages: [...messages, draw.user()] }, inOrder(a, b), nothingBlank);
      }),
  },
  {
    name: 'an assistant that said nothing (`null`)',
    on: CHAT_MODELS,
    variants: (draw) => {
      const [a, b] = [draw.text(), draw.text()];
      const messages = [
        { role: 'user', content: a },
        { role: 'assistant', content: null },
        { role: 'user', content: b },
      ];
      return [chat({ messages }, inOrder(a, b), nothingBlank)];
    },
  },
  {
    name: 'a conversation that the assistant begins',
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const [a, b] = [draw.text(), draw.text()];
        const messages = [
          { role: 'assistant', content: a },
          { role: 'user', content: b },
        ];
        return chat({ messages }, inOrder(a, b));
      }),
  },
  {
    name: 'the beginning of an answer, with white space',
    // Claude refuses white space there
    on: ['claude'],
    variants: (draw) => {
      const text = draw.text();
      return [chat({ messages: [draw.user(), { role: 'assistant', content: `${text} ` }] }, says('assistant', text), trimmedEnd)];
    },
  },
  {
    name: '`name` of who says it',
    on: CHAT_MODELS,
    impossible: CHAT_MODELS,
    variants: (draw) => [
      chat({ messages: [{ ...draw.user(), name: 'Ada' }] }, (reading) =>
        JSON.stringify(reading.body).includes('"name":"Ada"') ? undefined : notInSilence('`name`')(reading),
      ),
    ],
  },
  {
    name: 'an image as `data:`',
    on: SEES,
    variants: (draw) =>
      FORMATS.map((format) => {
        const [text, image] = [draw.text(), draw.image(format)];
        const content = [part(text), picture(format, image)];
        return chat({ messages: [{ role: 'user', content }] }, shows('image', format, image), says('user', text));
      }),
  },
  {
    name: 'several images between texts',
    on: SEES,
    variants: (draw) => {
      const [a, b, one, two] = [draw.text(), draw.text(), draw.image('png'), draw.image('jpeg')];
      const content = [part(a), picture('png', one), part(b), picture('jpeg', two)];
      const asks = [shows('image', 'png', one), shows('image', 'jpeg', two), inOrder(a, b)];
      return [chat({ messages: [{ role: 'user', content }] }, ...asks)];
    },
  },
  {
    name: '`detail` of an image',
    on: SEES,
    impossible: SEES,
    variants: (draw) => {
      const url = `data:image/png;base64,${draw.image('png')}`;
      const content = [part(draw.text()), { type: 'image_url', image_url: { url, detail: 'low' } }];
      return [chat({ messages: [{ role: 'user', content }] }, notInSilence('`detail`'))];
    },
  },
  {
    name: 'a document (PDF) as `file_data`',
    on: SEES,
    variants: (draw) =>
      twice(() => {
        const [text, pdf] = [draw.text(), draw.pdf()];
        const file = { filename: 'report (final).v2.pdf', file_data: `data:application/pdf;base64,${pdf}` };
        const content = [part(text), { type: 'file', file }];
        return chat({ messages: [{ role: 'user', content }] }, shows('document', 'pdf', pdf), says('user', text));
      }),
  },
  {
    name: 'an image for a model that does not see',
    on: ['gpt-oss', 'mistral'],
    impossible: ['gpt-oss', 'mistral'],
    variants: (draw) => [
      chat(
        { messages: [{ role: 'user', content: [part(draw.text()), picture('png', draw.image('png'))] }] },
        () => 'an image is sent to a model that takes none',
      ),
    ],
  },
];

function instructions(
  name: string,
  make: (draw: Draw) => readonly { readonly role: string; readonly content: string }[],
): Feature {
  return {
    name,
    on: CHAT_MODELS,
    variants: (draw) =>
      twice(() => {
        const told = make(draw);
        const text = draw.text();
        const messages = [...told, { role: 'user', content: text }];
        return chat({ messages }, instructs(...told.map(({ content }) => content)), says('user', text));
      }),
  };
}
