import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerError, type Answerer, type EmbeddingQuestion, type Question, type Reply, type TextQuestion } from './question.ts';
import { createSemaphore } from './semaphore.ts';
import { countTokens } from './tokens.ts';

/** How to reach an OpenAI-compatible server. */
export interface UpstreamOptions {
  /** With or without `/v1` at its end. */
  readonly url: string;
  /** The model's name there; undefined: the id that was asked. */
  readonly model: string | undefined;
  /** Requests at once, over all jobs. */
  readonly concurrency: number;
  /** For one request, in milliseconds. */
  readonly timeoutMs: number;
  /** Sent as a bearer token. */
  readonly key?: string | undefined;
}

const MOST_TRIES = 4;
const FIRST_WAIT_MS = 250;
const MOST_WAIT_MS = 10_000;

/** Lets an OpenAI-compatible server answer: Ollama, llama.cpp, vLLM, LiteLLM. Its refusals become errors of the record. */
export function createUpstreamAnswerer(options: UpstreamOptions): Answerer {
  const slots = createSemaphore(options.concurrency);
  return {
    concurrency: options.concurrency,
    async answer(question, signal) {
      const release = await slots.take();
      try {
        return await ask(question, options, signal);
      } finally {
        release();
      }
    },
  };
}

async function ask(question: Question, options: UpstreamOptions, signal: AbortSignal | undefined): Promise<Reply> {
  const model = options.model ?? question.modelId;
  if (question.kind === 'text') {
    return readChat(await post('chat/completions', chatRequest(question, model), options, signal), question);
  }
  return readEmbedding(
    await post('embeddings', { model, input: question.text, encoding_format: 'float' }, options, signal),
    question,
  );
}

function chatRequest(question: TextQuestion, model: string): unknown {
  const system = question.system === '' ? [] : [{ role: 'system', content: question.system }];
  return {
    model,
    messages: [...system, ...question.turns.map(({ role, text }) => ({ role, content: text }))],
    ...(question.maxTokens === undefined ? {} : { max_tokens: question.maxTokens }),
    ...(question.temperature === undefined ? {} : { temperature: question.temperature }),
    ...(question.topP === undefined ? {} : { top_p: question.topP }),
    ...(question.stopSequences.length === 0 ? {} : { stop: question.stopSequences }),
    ...(question.schema === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: question.schema } } }),
    stream: false,
  };
}

/** Posts JSON; tries again where another try may help: no connection, a timeout, 408, 429 and 5xx. */
async function post(path: string, body: unknown, options: UpstreamOptions, signal: AbortSignal | undefined): Promise<unknown> {
  const url = `${options.url.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/${path}`;
  for (let tries = 1; ; tries += 1) {
    const outcome = await postOnce(url, body, options, signal);
    if (!('status' in outcome)) return outcome.json;
    signal?.throwIfAborted();
    if (!outcome.again || tries === MOST_TRIES) throw new AnswerError(outcome.status, outcome.message);
    const wait = outcome.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (tries - 1);
    await sleep(Math.min(MOST_WAIT_MS, wait), undefined, signal === undefined ? {} : { signal });
  }
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly again: boolean;
  readonly retryAfterMs?: number;
}

async function postOnce(
  url: string,
  body: unknown,
  options: UpstreamOptions,
  signal: AbortSignal | undefined,
): Promise<{ readonly json: unknown } | Refusal> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      },
      body: JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const text = await response.text();
    if (response.ok) return { json: JSON.parse(text) };
    return refusalOf(response.status, text, response.headers.get('retry-after'));
  } catch (error) {
    if (timeout.aborted) {
      return { status: 408, message: `The upstream server did not answer within ${options.timeoutMs} ms.`, again: true };
    }
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return { status: 503, message: `The upstream server cannot be used: ${cause}`, again: true };
  }
}

function refusalOf(status: number, text: string, retryAfter: string | null): Refusal {
  const again = status === 408 || status === 429 || status >= 500;
  // A record can be refused with the codes that the service knows; 401 and 404 are the operator's affair, not the record's.
  const code = again ? status : status === 400 || status === 413 || status === 422 ? 400 : 424;
  const seconds = Number(retryAfter ?? Number.NaN);
  const message = `The upstream server answered ${status}: ${errorText(text)}`;
  return { status: code, message, again, ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}) };
}

function errorText(text: string): string {
  try {
    const message = (JSON.parse(text) as { error?: { message?: unknown } }).error?.message;
    if (typeof message === 'string') return message.slice(0, 500);
  } catch {
    // Not JSON: shown as it is.
  }
  return text.slice(0, 500);
}

interface ChatAnswer {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown }; readonly finish_reason?: unknown }[];
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown };
}

function readChat(json: unknown, question: TextQuestion): Reply {
  const { choices, usage } = (json ?? {}) as ChatAnswer;
  const choice = choices?.[0];
  const text = choice?.message?.content ?? '';
  if (choice === undefined || typeof text !== 'string')
    throw new AnswerError(424, 'The upstream server gave no chat completion.');
  const prompt = question.turns.reduce((sum, turn) => sum + countTokens(turn.text), countTokens(question.system));
  return {
    kind: 'text',
    text,
    end: choice.finish_reason === 'length' ? 'length' : 'end',
    inputTokens: typeof usage?.prompt_tokens === 'number' ? usage.prompt_tokens : prompt,
    outputTokens: typeof usage?.completion_tokens === 'number' ? usage.completion_tokens : countTokens(text),
  };
}

interface EmbeddingAnswer {
  readonly data?: readonly { readonly embedding?: unknown }[];
  readonly usage?: { readonly prompt_tokens?: unknown };
}

/** Whatever length the server's vectors have: it is not the model that was asked, and cutting them would make them useless. */
function readEmbedding(json: unknown, question: EmbeddingQuestion): Reply {
  const { data, usage } = (json ?? {}) as EmbeddingAnswer;
  const vector = data?.[0]?.embedding;
  if (!Array.isArray(vector) || !vector.every((value) => typeof value === 'number')) {
    throw new AnswerError(424, 'The upstream server gave no embedding.');
  }
  const inputTokens = typeof usage?.prompt_tokens === 'number' ? usage.prompt_tokens : countTokens(question.text);
  return { kind: 'embedding', vector, inputTokens };
}
