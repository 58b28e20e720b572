import {
  elsewhere,
  extra,
  extraNumber,
  type FieldRule,
  type FieldTable,
  isFlag,
  leftOut,
  number,
  readEffort,
  readFormat,
  readMetadata,
  readModalities,
  readNumber,
  readParallel,
  readReasoning,
  readStop,
  readTextConfig,
  readUser,
  refused,
  TOKENS,
  withNone,
} from './field-rules.ts';
import { isObject } from './findings.ts';

const LOCAL_CACHE = 'the service keeps prefixes by cache points in the messages';
const NO_TIER = 'a batch has no tiers';
const NOT_STORED = 'answers are stored in your own bucket';

const SAMPLING: readonly (readonly [string, FieldRule])[] = [
  ['temperature', number('told, 0 included; at most what the model takes', 'temperature', { min: 0, max: 2 })],
  ['top_p', number('told, 0 included', 'topP', { min: 0, max: 1 })],
  [
    'top_k',
    number('told where a model takes it; not OpenAI’s, several servers of its API have it', 'topK', {
      min: 0,
      max: 2 ** 31,
      whole: true,
    }),
  ],
];

const PENALTIES: readonly (readonly [string, FieldRule])[] = [
  ['seed', extra((value, path, findings) => readNumber(value, path, { min: -(2 ** 63), max: 2 ** 63, whole: true }, findings))],
  ['frequency_penalty', extraNumber(-2, 2, 0)],
  ['presence_penalty', extraNumber(-2, 2, 0)],
  ['logit_bias', extra((value, path, findings) => (isObject(value) ? value : findings.badType(path, value, 'an object')))],
];

const STREAM: readonly (readonly [string, FieldRule])[] = [
  ['stream', refused('stream', 'a batch cannot stream; leave it out or set it to false', [false])],
  ['stream_options', elsewhere('left out: a batch does not stream')],
];

const WHO: readonly (readonly [string, FieldRule])[] = [
  ['user', { becomes: 'who asks, where a model is told; `safety_identifier` goes before it', read: readUser }],
  ['safety_identifier', { becomes: 'who asks, where a model is told', read: readUser }],
];

const SHARED: readonly (readonly [string, FieldRule])[] = [
  ['model', elsewhere('compared with the model of the run; may be left out')],
  ...SAMPLING,
  ...STREAM,
  ...WHO,
  ['metadata', { becomes: 'told where a model takes it; always in your own file', read: readMetadata }],
  ['service_tier', leftOut(NO_TIER, ['auto', 'default', 'flex'])],
  ['store', leftOut(NOT_STORED, [false])],
  ['prompt_cache_key', leftOut(LOCAL_CACHE)],
  ['prompt_cache_options', leftOut(LOCAL_CACHE)],
  ['prompt_cache_retention', leftOut(LOCAL_CACHE)],
  ['moderation', leftOut('the service moderates by guardrails of its own')],
  ['parallel_tool_calls', { becomes: 'false: one call in an answer at most', read: readParallel }],
  ['tools', elsewhere('functions as tools; `hosted_tool` for what runs at OpenAI')],
  ['tool_choice', elsewhere('auto, none, any tool or one by name; allowed tools are those that are told at all')],
];

/** Of a chat completion. */
export const CHAT_FIELDS: FieldTable = new Map([
  ['messages', elsewhere('instructions and turns')],
  ...SHARED,
  ['max_completion_tokens', number('the longest answer in tokens', 'maxTokens', TOKENS)],
  ['max_tokens', number('the longest answer in tokens, unless `max_completion_tokens` is there', 'maxTokens', TOKENS, true)],
  ['stop', { becomes: 'a list of texts, empty ones left out', read: readStop }],
  ['n', number('as many records, whose answers become the choices of one line', 'n', { min: 1, max: 128, whole: true })],
  ['response_format', { becomes: 'any text, JSON, or JSON by a schema', read: readFormat }],
  ['reasoning_effort', { becomes: 'how much the model thinks; `max` is told as `xhigh`', read: readEffort }],
  ['functions', elsewhere('tools')],
  ['function_call', elsewhere('as `tool_choice`')],
  ...PENALTIES,
  ['logprobs', withNone(extra(isFlag), false)],
  ['top_logprobs', extraNumber(0, 20, 0)],
  ['verbosity', extra()],
  ['modalities', { becomes: 'text; anything else is left out, and said', read: readModalities }],
  ['audio', leftOut('answers are text')],
  ['prediction', leftOut('no model is told a prediction')],
  ['web_search_options', refused('hosted_tool', 'the search runs at OpenAI')],
]);

/** Of a completion. */
export const COMPLETION_FIELDS: FieldTable = new Map([
  ['prompt', elsewhere('a turn of the user; each of a list is a request of its own')],
  ['model', elsewhere('compared with the model of the run; may be left out')],
  ...SAMPLING,
  ...STREAM,
  ...WHO,
  ['max_tokens', number('the longest answer in tokens', 'maxTokens', TOKENS)],
  ['stop', { becomes: 'a list of texts, empty ones left out', read: readStop }],
  ['n', number('as many records, whose answers become the choices of one line', 'n', { min: 1, max: 128, whole: true })],
  ...PENALTIES,
  ['logprobs', extraNumber(0, 5)],
  ['echo', leftOut('the answer does not repeat the prompt', [false])],
  ['suffix', leftOut('no model is told what comes behind its answer', [''])],
  ['best_of', leftOut('each answer is the only one of its record', [1])],
]);

/** Of a response. */
export const RESPONSE_FIELDS: FieldTable = new Map([
  ['input', elsewhere('turns')],
  ['instructions', elsewhere('instructions, before those of the input')],
  ...SHARED,
  ['max_output_tokens', number('the longest answer in tokens', 'maxTokens', TOKENS)],
  [
    'text',
    { becomes: '`format`: any text, JSON, or JSON by a schema; `verbosity` to models that take it', read: readTextConfig },
  ],
  ['reasoning', { becomes: '`effort`: how much the model thinks; the rest is left out, and said', read: readReasoning }],
  ['top_logprobs', extraNumber(0, 20, 0)],
  ['stop', { becomes: 'a list of texts; not OpenAI’s', read: readStop }],
  ['previous_response_id', refused('stored_state', 'give the whole conversation as input')],
  ['conversation', refused('stored_state', 'give the whole conversation as input')],
  ['prompt', refused('stored_state', 'give the text of the prompt as input')],
  ['background', leftOut('a batch is in the background', [false, true])],
  ['context_management', leftOut('nothing is taken out of a conversation')],
  ['include', leftOut('an answer has what the model said, and no more')],
  ['max_tool_calls', leftOut('it bounds tools that run at OpenAI')],
  ['truncation', leftOut('nothing is taken out of a conversation', ['disabled'])],
  ['access_programs', leftOut('it means something at OpenAI only')],
  ['image', leftOut('images are told as they are')],
]);

/** Of an embedding. */
export const EMBEDDING_FIELDS: FieldTable = new Map([
  ['input', elsewhere('the text; each of a list is a request of its own')],
  ['model', elsewhere('compared with the model of the run; may be left out')],
  ['dimensions', elsewhere('how long a vector is, where the model lets it be said')],
  ['encoding_format', elsewhere('`float`, or `base64`: 32-bit floats, little-endian, encoded here')],
  ['user', elsewhere('left out where no model is told')],
]);
