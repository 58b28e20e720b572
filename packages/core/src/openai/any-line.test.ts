import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChatRequest, JsonValue } from '../model/index.ts';
import { lineOf } from '../testing/openai-lines.ts';
import { soundBase64 } from './base64.ts';
import { chatCompletion } from './completion-object.ts';
import type { OpenAiRead } from './line.ts';
import { pathInLine, refusedBy } from './policy.ts';
import { OPENAI_PROBLEMS } from './problems.ts';
import { readOpenAiLine, readOpenAiText } from './read-line.ts';
import { openAiRejection } from './result-line.ts';

/** The same cases in each run: `BATCHROCK_FUZZ_SEED` for others, `BATCHROCK_FUZZ_CASES` for more. */
const seed = Number(process.env['BATCHROCK_FUZZ_SEED'] ?? 20_261_122);
const cases = Number(process.env['BATCHROCK_FUZZ_CASES'] ?? 10_000);

const letter = fc.constantFrom(...'aB9 \n\t"\\é漢🧗\u2028\u00a0');
const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
/** One line of each kind, with all that it can have. */
const SOUND: readonly object[] = [
  lineOf({
    model: 'm',
    messages: [
      { role: 'system', content: 'one', cache_control: { type: 'ephemeral', ttl: '5m' } },
      { role: 'developer', content: [{ type: 'text', text: 'two' }] },
      {
        role: 'user',
        name: 'Ada',
        content: [
          { type: 'text', text: 'three', prompt_cache_breakpoint: { mode: 'explicit' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0x' } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
          { type: 'video_url', video_url: { url: 's3://b/a.mp4' } },
        ],
      },
      {
        role: 'assistant',
        content: 'four',
        refusal: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'five' },
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '' } },
      { role: 'function', name: 'f', content: 'six' },
      { role: 'user', content: 'seven' },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'eight ' }] },
    ],
    temperature: 0,
    top_p: 1,
    top_k: 5,
    max_tokens: 5,
    max_completion_tokens: 6,
    stop: ['END'],
    n: 2,
    tools: [
      { type: 'function', function: { name: 'f', description: 'd', parameters: schema, strict: true } },
      { type: 'function', function: { name: 'g' } },
    ],
    tool_choice: {
      type: 'allowed_tools',
      allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
    },
    parallel_tool_calls: false,
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } },
    reasoning_effort: 'low',
    seed: 1,
    logit_bias: { 5: 1 },
    logprobs: true,
    top_logprobs: 2,
    metadata: { a: 'b' },
    user: 'u',
  }),
  lineOf(
    {
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'one' },
            { type: 'input_image', image_url: 's3://b/a.png' },
          ],
        },
        { type: 'reasoning', id: 'r', summary: [] },
        { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_text', text: 'two' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'three', annotations: [] }] },
      ],
      instructions: 'zero',
      tools: [{ type: 'function', name: 'f', parameters: schema, strict: false }],
      tool_choice: { type: 'function', name: 'f' },
      text: { format: { type: 'json_schema', name: 'n', schema }, verbosity: 'low' },
      reasoning: { effort: 'high' },
      max_output_tokens: 5,
    },
    '/v1/responses',
  ),
  lineOf({ prompt: ['one', 'two'], n: 2, max_tokens: 5, stop: 'END', logprobs: 1, echo: false }, '/v1/completions'),
  lineOf({ input: ['one', 'two'], dimensions: 5, encoding_format: 'base64', user: 'u' }, '/v1/embeddings'),
];

/** A place within a value: a key of one of its objects or lists. */
interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown, places: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return places;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    places.push({ holder, key });
    placesIn(holder[key], places);
  }
  return places;
}

/** Numbers from 0 to below `limit`, the same ones for the same seed (mulberry32). */
function numbersFrom(start: number): (limit: number) => number {
  let state = start;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const ODD: readonly JsonValue[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    0.5,
    1e308,
    '',
    ' ',
    '\ud800',
    'x',
    'auto',
    'data:',
    'data:,',
    's3://',
    'https://x/y',
    '__proto__',
  ],
  ...['required', 'system', 'tool', 'assistant', 'user', '{', 'constructor', 'data:image/png;base64,AA==', 'a', 'f'],
  ...[
    [],
    [[]],
    [null],
    ['x'],
    [1],
    {},
    { type: 'text' },
    { type: 'function' },
    { role: 'user' },
    { constructor: 1, toString: 2 },
  ],
];

const cloned = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

/** Changes one place: another value, none, or, in a list, twice. */
function change(value: object, below: (limit: number) => number): void {
  const places = placesIn(value);
  const { holder, key } = places[below(places.length)]!;
  const other = places[below(places.length)]!;
  switch (below(5)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      return;
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, cloned(holder[Number(key)]));
      else holder[`${key}_`] = holder[key];
      return;
    case 2:
      holder[key] = cloned(other.holder[other.key]);
      return;
    default:
      holder[key] = cloned(ODD[below(ODD.length)]);
  }
}

/** What holds of whatever was read. */
function check(read: OpenAiRead): void {
  const { line, problems, unsupported, endpoint } = read;
  if (line === undefined && problems.length === 0) throw new Error('neither a line nor a problem');
  if (line !== undefined && problems.length > 0) throw new Error('a line beside problems');
  for (const { code, path, message } of problems) {
    if (!Object.hasOwn(OPENAI_PROBLEMS, code)) throw new Error(`unknown code ${code}`);
    if (path !== '' && !/^(custom_id|method|url|body)/.test(path)) throw new Error(`odd path ${path}`);
    if (message === '') throw new Error('no message');
  }
  refusedBy('error', unsupported, endpoint ?? 'chat');
  for (const { path } of unsupported) pathInLine(path, endpoint ?? 'chat');
  if (problems.length > 0) JSON.stringify(openAiRejection({ customId: read.customId, recordId: 'r', problems }));
  if (line === undefined) return;
  JSON.stringify(line);
  if (line.requests.length === 0) throw new Error('a line without a request');
  if (line.endpoint !== 'embeddings') for (const each of line.requests) checkRequest(each);
}

/** What a family relies on. */
function checkRequest({ turns, system, tools, toolChoice, stop }: ChatRequest): void {
  if (turns.length === 0) throw new Error('no turns');
  let open: string[] = [];
  for (const [i, { role, content }] of turns.entries()) {
    if (role !== (i % 2 === 0 ? 'user' : 'assistant')) throw new Error('turns do not alternate');
    if (content.length === 0) throw new Error('an empty turn');
    const results = content.filter((each) => each.kind === 'tool-result').map((each) => each.id);
    if (content.findIndex((each) => each.kind !== 'tool-result') < results.length - 1 && results.length < content.length) {
      throw new Error('a result behind something else');
    }
    if (results.toSorted().join() !== open.toSorted().join()) throw new Error('calls and results differ');
    open = content.filter((each) => each.kind === 'tool-use').map((each) => each.id);
    for (const each of content) {
      if (each.kind === 'text' && each.text.trim() === '') throw new Error('a blank text');
      if ('source' in each && each.source.kind === 'bytes' && soundBase64(each.source.base64) !== each.source.base64) {
        throw new Error('no base64');
      }
    }
  }
  if (open.length > 0) throw new Error('a call without a result');
  if (system?.some(({ text }) => text.trim() === '')) throw new Error('blank instructions');
  if (stop?.some((each) => each === '')) throw new Error('an empty stop');
  const names = tools?.map(({ name }) => name) ?? [];
  if (!names.every((name) => /^[a-zA-Z0-9_-]{1,64}$/.test(name)) || new Set(names).size < names.length) throw new Error('names');
  if (toolChoice !== undefined && tools === undefined) throw new Error('a choice without tools');
  if (toolChoice?.kind === 'tool' && !names.includes(toolChoice.name)) throw new Error('a choice of no tool');
}

test('the lines from which others are made are sound', () => {
  for (const line of SOUND) expect(readOpenAiLine(line).problems).toEqual([]);
});

test('whatever JSON a line is, it is read or refused, and nothing is thrown', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.jsonValue().map((body) => lineOf(body)),
    fc.jsonValue().map((messages) => lineOf({ messages })),
    fc.jsonValue().map((input) => lineOf({ input }, '/v1/responses')),
  );
  fc.assert(
    fc.property(value, (line) => check(readOpenAiLine(line))),
    { seed, numRuns: cases / 10 },
  );
});

test('whatever text a line is, it is read or refused, and nothing is thrown', () => {
  const text = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ue0-1tn \n\ufeff') });
  fc.assert(
    fc.property(text, (each) => check(readOpenAiText(each))),
    { seed, numRuns: cases / 20 },
  );
});

test('a sound line that is changed in one to three places is read or refused, and what is read is sound', () => {
  const below = numbersFrom(seed);
  const texts = SOUND.map((each) => JSON.stringify(each));
  let sound = 0;
  for (let i = 0; i < cases; i++) {
    const line = JSON.parse(texts[below(texts.length)]!) as object;
    for (let changes = below(3); changes >= 0; changes--) change(line, below);
    try {
      const read = readOpenAiLine(line);
      check(read);
      if (read.line !== undefined) sound += 1;
    } catch (error) {
      throw new Error(`case ${i}: ${JSON.stringify(line)}`, { cause: error });
    }
  }
  // both ways are gone
  expect(sound).toBeGreaterThan(cases / 10);
  expect(sound).toBeLessThan(cases * 0.9);
});

test('what is said keeps its order and its text, whoever says it', () => {
  const message = fc.record({
    role: fc.constantFrom('user', 'assistant'),
    content: fc.string({ unit: letter, minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(message, { minLength: 1 }), (given) => {
      // a first turn of the assistant and its white space at the end have tests of their own
      const messages = [{ role: 'user', content: 'first' }, ...given, { role: 'user', content: 'last' }];
      const { line } = readOpenAiLine(lineOf({ messages }));
      const { turns } = line!.requests[0] as ChatRequest;
      const told = turns.flatMap(({ role, content }) =>
        content.map((each) => `${role} ${each.kind === 'text' ? each.text : ''}`),
      );
      const said = messages.filter(({ content }) => content.trim() !== '').map(({ role, content }) => `${role} ${content}`);
      expect(told).toEqual(said);
    }),
    { seed, numRuns: cases / 20 },
  );
});

test('what is answered keeps its order, its text, its calls and its usage', () => {
  const reply = fc.record({
    text: fc.string({ unit: letter }),
    finish: fc.constantFrom('stop' as const, 'length' as const, 'tool_calls' as const),
    stopReason: fc.constant('x'),
    toolCalls: fc.array(
      fc.record({ id: fc.string(), name: fc.string(), input: fc.jsonValue().map((each) => ({ each }) as JsonValue) }),
    ),
    usage: fc.record({ input: fc.nat(), output: fc.nat() }),
  });
  const line = { customId: 'c', recordId: 'r', endpoint: 'chat' as const, model: 'm', created: 1 };
  fc.assert(
    fc.property(fc.array(reply, { minLength: 1, maxLength: 4 }), (replies) => {
      const { choices, usage } = JSON.parse(JSON.stringify(chatCompletion(line, replies))) as ReturnType<typeof chatCompletion>;
      for (const [i, { text, toolCalls }] of replies.entries()) {
        expect(choices[i]?.message.content ?? '').toBe(text);
        const calls = choices[i]?.message.tool_calls ?? [];
        expect(calls.map((each) => [each.id, each.function.name, each.function.arguments])).toEqual(
          toolCalls.map((each) => [each.id, each.name, JSON.stringify(each.input)]),
        );
      }
      expect(usage?.prompt_tokens).toBe(replies.reduce((sum, each) => sum + each.usage.input, 0));
      expect(usage?.completion_tokens).toBe(replies.reduce((sum, each) => sum + each.usage.output, 0));
    }),
    { seed, numRuns: cases / 50 },
  );
});
