import type { JsonObject, JsonValue } from '@batchrock/core';
import { MODELS } from './feature.ts';
import { at, isSame, type Json, listOf, textOf } from './json.ts';

/** A job of two records, `a` and `b`; what is said of `a` in its output, and what has to come of it. */
export interface AnswerCase {
  readonly id: string;
  readonly section: string;
  readonly name: string;
  readonly modelId: string;
  readonly lines: readonly JsonObject[];
  /** In place of `modelOutput` of `a`; undefined: as the local Bedrock answers. */
  readonly output?: JsonObject;
  /** `a` is missing from the output. */
  readonly leftOut?: boolean;
  /** What is wrong with the line of `a`, as OpenAI's documentation of the Batch API has it. */
  readonly ask: (line: JsonObject) => string | undefined;
}

type Ask = AnswerCase['ask'];

/** What a model says, whoever says it: texts, calls, how it ended and what it took. */
interface Said {
  readonly texts?: readonly string[];
  readonly thought?: string;
  readonly calls?: readonly string[];
  readonly end: readonly [claude: string, nova: string];
  /** Tokens: in, out, read from a cache, written into one. */
  readonly usage?: readonly [number, number, number, number];
}

const INPUT: JsonObject = { city: 'Rome', days: 2 };
const USAGE = [11, 7, 0, 0] as const;

/** A message of Anthropic's Messages API. */
function claude({ texts = [], thought, calls = [], end, usage = USAGE }: Said): JsonObject {
  const content: JsonValue[] = texts.map((text) => ({ type: 'text', text }));
  if (thought !== undefined) content.unshift({ type: 'thinking', thinking: thought, signature: 'c2ln' });
  content.push(...calls.map((name, i) => ({ type: 'tool_use', id: `toolu_${i}`, name, input: INPUT })));
  const [input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens] = usage;
  return {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content, stop_reason: end[0], stop_sequence: null },
    usage: { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens },
  };
}

/** An answer of Nova, by its user guide. */
function nova({ texts = [], thought, calls = [], end, usage = USAGE }: Said): JsonObject {
  const content: JsonValue[] = texts.map((text) => ({ text }));
  if (thought !== undefined) content.unshift({ reasoningContent: { reasoningText: { text: thought } } });
  content.push(...calls.map((name, i) => ({ toolUse: { toolUseId: `tooluse_${i}`, name, input: INPUT } })));
  const [inputTokens, outputTokens, cacheReadInputTokenCount, cacheWriteInputTokenCount] = usage;
  const tokens = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: end[1],
    usage: { ...tokens, cacheReadInputTokenCount, cacheWriteInputTokenCount },
  };
}

const body = (line: JsonObject, ...path: readonly (string | number)[]): Json => at(line, 'response', 'body', ...path);
const FINISHES = ['stop', 'length', 'tool_calls', 'content_filter'];

/** A line of an output file: an answer, with one of OpenAI's reasons to end and its counts of tokens. */
const isAnswer: Ask = (line) => {
  if (line['custom_id'] === undefined && line['modelOutput'] !== undefined) return 'Bedrock’s own line comes back, not OpenAI’s';
  if (at(line, 'response', 'status_code') !== 200) return 'it is no answer';
  if (body(line, 'object') !== 'chat.completion') return 'it is no chat completion';
  const finish = textOf(body(line, 'choices', 0, 'finish_reason'));
  if (!FINISHES.includes(finish)) return `\`finish_reason\` is \`${finish}\``;
  const [prompt, completion, total] = ['prompt_tokens', 'completion_tokens', 'total_tokens'].map((name) =>
    body(line, 'usage', name),
  );
  return Number(prompt) + Number(completion) === total ? undefined : '`total_tokens` is not the sum';
};

const finishes =
  (reason: string): Ask =>
  (line) => {
    const finish = body(line, 'choices', 0, 'finish_reason');
    return finish === reason ? undefined : `\`finish_reason\` is \`${String(finish)}\` in place of \`${reason}\``;
  };

const says =
  (text: string | null): Ask =>
  (line) =>
    (body(line, 'choices', 0, 'message', 'content') ?? null) === text ? undefined : 'its text changes';

const calls =
  (...names: readonly string[]): Ask =>
  (line) => {
    const made = listOf(body(line, 'choices', 0, 'message', 'tool_calls'));
    const isEach = names.every((name, i) => {
      const call = made[i];
      const input = textOf(at(call, 'function', 'arguments')) || 'null';
      return at(call, 'function', 'name') === name && isSame(JSON.parse(input) as JsonValue, INPUT);
    });
    return isEach && made.length === names.length ? undefined : 'a call is lost';
  };

const prompts =
  (tokens: number): Ask =>
  (line) =>
    body(line, 'usage', 'prompt_tokens') === tokens ? undefined : 'tokens of the cache are not counted';

const isError: Ask = (line) => {
  if (line['custom_id'] === undefined) return 'Bedrock’s own line comes back, not OpenAI’s';
  return textOf(at(line, 'error', 'message')) === '' ? 'it is no error' : undefined;
};

const ENDS = ['end_turn', 'end_turn'] as const;

/** What a model said, and what has to stand in its line. */
const SAID: readonly (readonly [name: string, said: Said, asks: readonly Ask[]])[] = [
  ['an answer that was cut off', { texts: ['It is'], end: ['max_tokens', 'max_tokens'] }, [finishes('length'), says('It is')]],
  ['an answer that met `stop`', { texts: ['It is'], end: ['stop_sequence', 'stop_sequence'] }, [finishes('stop'), says('It is')]],
  ['several texts', { texts: ['It ', 'is.'], end: ENDS }, [finishes('stop'), says('It is.')]],
  ['a call', { calls: ['look_up'], end: ['tool_use', 'tool_use'] }, [finishes('tool_calls'), calls('look_up')]],
  [
    'a text and two calls',
    { texts: ['I look.'], calls: ['look_up', 'sum'], end: ['tool_use', 'tool_use'] },
    [finishes('tool_calls'), calls('look_up', 'sum'), says('I look.')],
  ],
  ['thoughts before the answer', { thought: 'Hm.', texts: ['Yes.'], end: ENDS }, [finishes('stop'), says('Yes.')]],
  ['a refusal', { texts: ['No.'], end: ['refusal', 'content_filtered'] }, [finishes('content_filter')]],
  ['tokens of a cache', { texts: ['Yes.'], end: ENDS, usage: [11, 7, 100, 20] }, [prompts(131)]],
];

/** The jobs, for Claude and for Nova. */
export function answerCases(): readonly AnswerCase[] {
  return (['claude', 'nova'] as const).flatMap((model, m) => {
    const modelId = MODELS[model];
    const line = (custom_id: string): JsonObject => ({
      ...{ custom_id, method: 'POST', url: '/v1/chat/completions' },
      body: { model: modelId, messages: [{ role: 'user', content: `Say ${custom_id}.` }], max_tokens: 50 },
    });
    const common = { section: m === 0 ? 'Answers of Claude' : 'Answers of Nova', modelId, lines: [line('a'), line('b')] };
    const said = SAID.map(([name, of, asks]) => {
      const output = { modelOutput: model === 'claude' ? claude(of) : nova(of) };
      return { ...common, name, output, ask: firstOf(isAnswer, ...asks) };
    });
    const error = { errorCode: 400, errorMessage: 'The request is not valid for the model.' };
    const cases: readonly Omit<AnswerCase, 'id'>[] = [
      { ...common, name: 'a text', ask: firstOf(isAnswer, finishes('stop')) },
      ...said,
      { ...common, name: 'a record that failed', output: { error }, ask: isError },
      { ...common, name: 'a record of which nothing comes back', leftOut: true, ask: isError },
    ];
    return cases.map((each, i) => ({ ...each, id: `${model}-${i}` }));
  });
}

function firstOf(...asks: readonly Ask[]): Ask {
  return (line) => {
    for (const ask of asks) {
      const problem = ask(line);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}
