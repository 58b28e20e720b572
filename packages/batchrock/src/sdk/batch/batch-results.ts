/** A request that was answered, as LangBatch tells it: its choices as the Chat Completions API of OpenAI has them. */
export interface ChatResult {
  readonly custom_id: string;
  readonly choices: readonly ChatChoice[];
}

/** One answer to a conversation; `text` in place of a message where the request was for a completion. */
export interface ChatChoice {
  readonly index: number;
  readonly finish_reason: string;
  readonly message: {
    readonly role: 'assistant';
    readonly content: string | null;
    readonly refusal?: string | null;
    readonly tool_calls?: readonly {
      readonly id: string;
      readonly type: 'function';
      readonly function: { readonly name: string; readonly arguments: string };
    }[];
    readonly [more: string]: unknown;
  };
  readonly [more: string]: unknown;
}

/** A request whose text was embedded. `data` has all of its vectors, where it had several texts. */
export interface EmbeddingResult {
  readonly custom_id: string;
  /** Numbers, or base64 where the request asked for it. */
  readonly embedding: readonly number[] | string;
  readonly data: readonly { readonly index: number; readonly embedding: readonly number[] | string }[];
}

/** A request without an answer, and why. Its `custom_id` is null where its line could not be read. */
export interface UnsuccessfulResult {
  readonly custom_id: string | null;
  readonly error: { readonly code: string; readonly message: string };
}

/** The results of a batch, each request in one of both lists, in the order of the file. */
export interface BatchResults<Result> {
  readonly successful: readonly Result[];
  readonly unsuccessful: readonly UnsuccessfulResult[];
}

/** A line of an OpenAI batch output. */
export interface OutputLine {
  readonly custom_id: string | null;
  readonly response: { readonly status_code: number; readonly body: Readonly<Record<string, unknown>> } | null;
  readonly error: UnsuccessfulResult['error'] | null;
}

/** Tells answered requests from others. */
export async function splitResults<Result>(
  lines: AsyncIterable<OutputLine>,
  resultOf: (customId: string, body: Readonly<Record<string, unknown>>) => Result,
): Promise<BatchResults<Result>> {
  const successful: Result[] = [];
  const unsuccessful: UnsuccessfulResult[] = [];
  for await (const { custom_id, response, error } of lines) {
    if (error === null && response?.status_code === 200 && custom_id !== null)
      successful.push(resultOf(custom_id, response.body));
    else unsuccessful.push({ custom_id, error: error ?? { code: 'record_missing', message: 'there is no response' } });
  }
  return { successful, unsuccessful };
}

/** The choices of a ChatCompletion, or of a completion. */
export function chatResult(custom_id: string, body: Readonly<Record<string, unknown>>): ChatResult {
  const { choices } = body as { readonly choices?: ChatResult['choices'] };
  return { custom_id, choices: choices ?? [] };
}

/** The vectors of an embedding list. */
export function embeddingResult(custom_id: string, body: Readonly<Record<string, unknown>>): EmbeddingResult {
  const { data = [] } = body as { readonly data?: EmbeddingResult['data'] };
  return { custom_id, embedding: data[0]?.embedding ?? [], data };
}
