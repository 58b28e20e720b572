import { InputError } from '../errors/index.ts';
import type { ChatReply, ChatRequest, EmbeddingRequest, UnsupportedSink } from './chat.ts';
import { FAMILIES } from './families.ts';
import type { Answer, Family, InvocationType, ModelTraits, RequestInput, Task } from './family.ts';
import type { JsonObject } from './json.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { impossible } from './unsupported.ts';

/** What a family of a user's project has read in an answer. */
export interface DefinedAnswer {
  /** The text of the answer; absent for embeddings. */
  readonly text?: string;
  readonly embedding?: readonly number[];
  /** As the model says it: `end_turn`, `length`; `max_tokens` and `length` mean that the answer was cut off. Default: none is said. */
  readonly stopReason?: string;
  /** Tokens; absent where the answer does not tell. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** How to speak to a family of models, written in a user's own project. Everything is synchronous and asks nothing of the world. */
export interface FamilyDefinition {
  /** Stands in messages, and in what a run is known by: 1 to 64 letters, digits and hyphens, none of the built-in names. */
  readonly name: string;
  /** Default `text`. */
  readonly task?: Task;
  /** Default `InvokeModel`. */
  readonly invocationType?: InvocationType;
  /** What `--param` may set. Default: nothing. */
  readonly params?: readonly ParamSpec[];
  /** The body of one request (`modelInput`), plain JSON. What it throws rejects the row, with the message. */
  request(input: RequestInput): JsonObject;
  /**
   * Reads a parsed `modelOutput`; undefined for what is no answer of this family. What it throws is the failure of its record, with the
   * message.
   */
  answer(modelOutput: unknown): DefinedAnswer | undefined;
  /** The cheapest valid request, which pads a job below the service's minimum. Default: `request` with the text `.`. */
  sentinel?(): JsonObject;
  /** The body of a whole conversation: with `reply`, lines of OpenAI batch files can be sent. */
  chat?(request: ChatRequest, traits: ModelTraits, unsupported: UnsupportedSink): JsonObject;
  /** The body of one text of an OpenAI line to embed. */
  embedding?(request: EmbeddingRequest, traits: ModelTraits, unsupported: UnsupportedSink): JsonObject;
  /** Reads all of a parsed `modelOutput` of a conversation. */
  reply?(modelOutput: unknown): ChatReply | undefined;
}

/** Types a family of a user's project: what it is given, as it is. */
export function defineFamily(definition: FamilyDefinition): FamilyDefinition {
  return definition;
}

const NAME = /^[A-Za-z0-9-]{1,64}$/;

/**
 * Makes a family of what a module of a user has given: whatever it throws, or gives that is none of what it should, is told as the
 * module's. Throws `BR-E0131` for what is no definition. `origin`: what the module is called in messages.
 */
export function ownFamily(given: unknown, origin: string): Family {
  const definition = checkedDefinition(given, origin);
  const { name, task = 'text', invocationType = 'InvokeModel', params = [] } = definition;
  const guard = <T>(what: string, work: () => T): T => guarded(`${name}.${what} of ${origin}`, work);
  const body = (what: string, work: () => JsonObject): JsonObject => guard(what, () => checkedBody(work()));
  const parseParams = (raw: Readonly<Record<string, string>>) => parseParamsBy(params, name, raw);
  const request = (input: RequestInput) => {
    // the same for all rows: a module that changes them would change the rows behind it
    Object.freeze(input.params);
    return body('request', () => definition.request(input));
  };
  const sentinel = definition.sentinel?.bind(definition);
  const chat = definition.chat?.bind(definition);
  const embedding = definition.embedding?.bind(definition);
  const reply = definition.reply?.bind(definition);
  return {
    name,
    origin,
    task,
    invocationType,
    params,
    parseParams,
    request,
    sentinel: () => (sentinel === undefined ? request({ text: '.', params: parseParams({}) }) : body('sentinel', sentinel)),
    answer: (output) => guard('answer', () => checkedAnswer(definition.answer(output), task)),
    ...(chat && { chat: (asked, traits, sink) => told(sink, () => body('chat', () => chat(asked, traits, sink))) }),
    ...(embedding && {
      embedding: (asked, traits, sink) => told(sink, () => body('embedding', () => embedding(asked, traits, sink))),
    }),
    ...(reply && { reply: (output) => guard('reply', () => checkedReply(reply(output))) }),
  };
}

function checkedDefinition(given: unknown, origin: string): FamilyDefinition {
  const fields = typeof given === 'object' && given !== null ? (given as Readonly<Record<string, unknown>>) : {};
  const { name, task = 'text', invocationType = 'InvokeModel', params = [] } = fields;
  const wrong: string[] = [];
  if (typeof name !== 'string' || !NAME.test(name)) wrong.push('name has to be 1 to 64 letters, digits and hyphens');
  else if (FAMILIES.some((family) => family.name === name)) wrong.push(`name is ${name}, which is a built-in family`);
  if (task !== 'text' && task !== 'embedding') wrong.push('task has to be text or embedding');
  if (invocationType !== 'InvokeModel' && invocationType !== 'Converse') {
    wrong.push('invocationType has to be InvokeModel or Converse');
  }
  if (!Array.isArray(params)) wrong.push('params has to be a list');
  for (const method of ['request', 'answer']) {
    if (typeof fields[method] !== 'function') wrong.push(`${method} has to be a function`);
  }
  for (const method of ['sentinel', 'chat', 'embedding', 'reply']) {
    if (fields[method] !== undefined && typeof fields[method] !== 'function') wrong.push(`${method} has to be a function`);
  }
  if (wrong.length === 0) return given as FamilyDefinition;
  throw new InputError('BR-E0131', `${origin} gives no family: ${wrong.join('; ')}`, { details: { module: origin } });
}

function guarded<T>(what: string, work: () => T): T {
  try {
    const made = work();
    if (made instanceof Promise) {
      made.catch(() => undefined);
      throw new Error('it gives a promise, and nothing waits for it');
    }
    return made;
  } catch (cause) {
    throw new InputError('BR-E0132', `${what}: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A request that cannot be written is the fault of its line. */
function told(sink: UnsupportedSink, work: () => JsonObject): JsonObject {
  try {
    return work();
  } catch (error) {
    impossible(sink, FAMILY_FAILED, '', messageOf(error));
    return {};
  }
}

/** The code of records that the family of a user's project has failed on. */
export const FAMILY_FAILED = 'family_failed';

function checkedBody(body: JsonObject): JsonObject {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (!isObject || body instanceof Promise) throw new Error('it gives no JSON object');
  // whatever JSON cannot say shows here, in the row that it is of
  if (!JSON.stringify(body)?.startsWith('{')) throw new Error('it gives no JSON object');
  return body;
}

function checkedAnswer(given: DefinedAnswer | undefined, task: Task): Answer | undefined {
  if (given === undefined || given === null) return undefined;
  if (given instanceof Promise) return given as never;
  const { text, embedding, stopReason = '', inputTokens, outputTokens } = given;
  if (task === 'text' && typeof text !== 'string') throw new Error('it gives no text');
  if (task === 'embedding' && !(Array.isArray(embedding) && embedding.every(Number.isFinite)))
    throw new Error('it gives no embedding');
  return {
    ...(task === 'text' ? { text } : { embedding }),
    stopReason: String(stopReason),
    ...(isCount(inputTokens) && { inputTokens }),
    ...(isCount(outputTokens) && { outputTokens }),
  } as Answer;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function checkedReply(given: ChatReply | undefined): ChatReply | undefined {
  if (given === undefined || given === null || given instanceof Promise) return given;
  const { finish = 'stop', stopReason = '', toolCalls = [], text, reasoning, usage, ...more } = given;
  if (!FINISHES.includes(finish)) throw new Error(`finish is none of ${FINISHES.join(', ')}`);
  if (text !== undefined && text !== null && typeof text !== 'string') throw new Error('its text is no text');
  if (!Array.isArray(toolCalls) || !toolCalls.every(isCall)) throw new Error('its toolCalls are no list of { id, name, input }');
  return {
    ...more,
    finish,
    stopReason: String(stopReason),
    toolCalls,
    ...(typeof text === 'string' && { text }),
    ...(typeof reasoning === 'string' && { reasoning }),
    ...(isCount(usage?.input) && isCount(usage?.output) && { usage }),
  } as ChatReply;
}

const FINISHES: readonly ChatReply['finish'][] = ['stop', 'length', 'tool_calls', 'content_filter', 'refusal', 'malformed'];

function isCall(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name } = value as Readonly<Record<string, unknown>>;
  return typeof id === 'string' && typeof name === 'string';
}
