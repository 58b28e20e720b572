import type {
  AnswerFormat,
  AssistantBlock,
  ChatRequest,
  ChatTool,
  EmbeddingRequest,
  JsonObject,
  MediaBlock,
  TextBlock,
  ToolChoice,
  Turn,
  UserBlock,
} from '@batchrock/core';
import fc from 'fast-check';

/** Texts as users write them: never empty, at times blank, with marks of prompts and characters outside of the first plane. */
const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.constantFrom(' ', '\n', 'Hi', '{"a":1} ', '<|eot_id|>', '[/INST]', '\u2028', 'Grüße \u{1f600}'),
);
const name: fc.Arbitrary<string> = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/);
const callId: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^call_[a-zA-Z0-9]{1,24}$/),
  fc.string({ minLength: 1, maxLength: 80 }),
);
const cache = fc.option(fc.constantFrom({}, { ttl: '5m' }, { ttl: '1h' }, { ttl: '2h' }), { nil: undefined, freq: 6 });
const values: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '__proto__'),
  fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.boolean(), fc.constant(null)),
  { maxKeys: 3 },
);

const schema: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { type: 'object', properties: {} },
  { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false },
  { type: 'object', properties: { a: { type: 'integer', minimum: 0 } }, additionalProperties: false },
  { type: 'object', properties: { a: { $ref: '#/$defs/b' } }, additionalProperties: false, $defs: { b: { enum: ['x', 'y'] } } },
  { type: 'object', properties: { a: { $ref: '#' } }, additionalProperties: false },
);

/** Without the entries that are undefined: absent is how a request says nothing. */
function present<T extends object>(entries: T): T {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as T;
}

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 2 });
}

const textBlock: fc.Arbitrary<TextBlock> = fc
  .record({ text, cache })
  .map((block) => present({ kind: 'text' as const, ...block }) as TextBlock);

const MEDIA_TYPES = {
  image: ['image/png', 'image/jpeg', 'image/jpg', 'image/gif', 'image/webp', 'image/bmp'],
  document: ['application/pdf', 'text/plain', 'text/csv', 'application/zip'],
  audio: ['audio/wav', 'audio/mpeg', 'audio/flac', 'audio/midi'],
  video: ['video/mp4', 'video/quicktime', 'video/3gpp', 'video/ogg'],
} as const;

const mediaBlock: fc.Arbitrary<MediaBlock> = fc
  .constantFrom('image' as const, 'document' as const, 'audio' as const, 'video' as const)
  .chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      at: fc.constant('messages[0].content[0]'),
      mediaType: fc.constantFrom(...MEDIA_TYPES[kind]),
      source: fc.oneof(
        fc.constantFrom('QUJD', 'QQ==', 'iVBORw0K').map((base64) => ({ kind: 'bytes' as const, base64 })),
        fc.constant({ kind: 's3' as const, uri: 's3://bucket/folder/file', bucketOwner: '111122223333' }),
      ),
      name: optional(fc.oneof(fc.string({ maxLength: 250 }), fc.constant('my_report v2.pdf'))),
      detail: optional(fc.constantFrom('auto', 'low', 'high')),
      cache,
    }),
  )
  .map((block) => present(block) as MediaBlock);

const tool: fc.Arbitrary<ChatTool> = fc
  .record({
    at: fc.constant('tools[0]'),
    name,
    description: optional(text),
    parameters: schema,
    strict: optional(fc.boolean()),
  })
  .map((each) => present(each) as ChatTool);

const format: fc.Arbitrary<AnswerFormat> = fc.oneof(
  fc.constant({ kind: 'json' as const }),
  fc
    .record({ name, description: optional(text), schema, strict: optional(fc.boolean()) })
    .map((each) => present({ kind: 'schema' as const, ...each }) as AnswerFormat),
);

/** A call with its result: the last block of the model's turn, and the first of the user's that follows. */
interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
  readonly result: readonly (TextBlock | MediaBlock)[];
  readonly isError: boolean | undefined;
}

const call: fc.Arbitrary<Call> = fc.record({
  id: callId,
  name,
  input: values,
  result: fc.array(fc.oneof(textBlock, mediaBlock), { maxLength: 2 }),
  isError: optional(fc.boolean()),
});

/** Turns in pairs, the last one of the user, or the beginning of an answer behind it. */
const turns: fc.Arbitrary<readonly Turn[]> = fc
  .record({
    first: userContent(),
    pairs: fc.array(
      fc.record({ said: fc.array(textBlock, { maxLength: 2 }), calls: fc.array(call, { maxLength: 2 }), asked: userContent() }),
      { maxLength: 2 },
    ),
    begun: fc.option(text, { nil: undefined, freq: 8 }),
  })
  .map(({ first, pairs, begun }) => {
    const all: Turn[] = [{ role: 'user', content: first }];
    for (const { said, calls, asked } of pairs) {
      const distinct = calls.filter((each, i) => calls.findIndex((other) => other.id === each.id) === i);
      const uses = distinct.map(
        ({ id, name: called, input }): AssistantBlock => ({ kind: 'tool-use', at: 'c', id, name: called, input }),
      );
      const results = distinct.map(
        ({ id, result, isError }): UserBlock =>
          present({ kind: 'tool-result' as const, at: 'r', id, content: result, isError }) as UserBlock,
      );
      const content: AssistantBlock[] = [...said, ...uses];
      all.push({ role: 'assistant', content: content.length > 0 ? content : [{ kind: 'text', text: 'Yes?' }] });
      all.push({ role: 'user', content: [...results, ...asked] });
    }
    if (begun !== undefined) all.push({ role: 'assistant', content: [{ kind: 'text', text: begun }] });
    return all;
  });

function userContent(): fc.Arbitrary<readonly UserBlock[]> {
  return fc.array(fc.oneof({ weight: 3, arbitrary: textBlock }, { weight: 1, arbitrary: mediaBlock }), {
    minLength: 1,
    maxLength: 3,
  });
}

function choiceAmong(tools: readonly ChatTool[]): fc.Arbitrary<ToolChoice> {
  return fc.oneof(
    fc.constantFrom<ToolChoice>({ kind: 'auto' }, { kind: 'none' }, { kind: 'any' }),
    fc.constantFrom(...tools).map(({ name: chosen }): ToolChoice => ({ kind: 'tool', name: chosen })),
  );
}

/** Any request that `ChatRequest` allows. */
export const chatRequest: fc.Arbitrary<ChatRequest> = optional(
  fc.uniqueArray(tool, { minLength: 1, maxLength: 3, selector: (each) => each.name }),
).chain((tools) =>
  fc
    .record({
      system: optional(fc.array(fc.record({ text, cache }).map(present), { minLength: 1, maxLength: 2 })),
      turns,
      maxTokens: optional(fc.integer({ min: 1, max: 100_000 })),
      temperature: optional(fc.double({ min: 0, max: 2, noNaN: true })),
      topP: optional(fc.double({ min: 0, max: 1, noNaN: true })),
      topK: optional(fc.integer({ min: 0, max: 200 })),
      stop: optional(fc.array(text, { minLength: 1, maxLength: 3 })),
      tools: fc.constant(tools),
      toolChoice: tools === undefined ? fc.constant(undefined) : optional(choiceAmong(tools)),
      parallelToolCalls: tools === undefined ? fc.constant(undefined) : optional(fc.boolean()),
      format: optional(format),
      reasoning: optional(fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh')),
      user: optional(fc.oneof(name, fc.emailAddress(), fc.string({ minLength: 1, maxLength: 300 }))),
      metadata: optional(
        fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), fc.string({ maxLength: 300 }), { maxKeys: 18 }),
      ),
      extras: optional(fc.constantFrom<JsonObject>({ seed: 1 }, { presence_penalty: 0.5, prediction: {} }, { logprobs: true })),
    })
    .map((request) => present(request) as ChatRequest),
);

/** Any request that `EmbeddingRequest` allows, of a text that is not empty. */
export const embeddingRequest: fc.Arbitrary<EmbeddingRequest> = fc
  .record({
    text,
    image: fc.option(
      mediaBlock.filter((block) => block.kind === 'image'),
      { nil: undefined, freq: 6 },
    ),
    dimensions: optional(fc.constantFrom(256, 384, 512, 1024, 1536, 3072, 7)),
    user: optional(name),
  })
  .map((request) => present(request) as EmbeddingRequest);
