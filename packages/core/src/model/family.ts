import type { JsonObject } from './json.ts';
import type { ParamSpec } from './params.ts';

/** `modelInvocationType` of CreateModelInvocationJob (2026-02). */
export type InvocationType = 'InvokeModel' | 'Converse';

/** What a model makes of a record. */
export type Task = 'text' | 'embedding';

/** What a request is made of. `text` is the user's turn, or the text to embed. */
export interface RequestInput {
  readonly text: string;
  /** Sent where it is given, also when it is empty. */
  readonly system?: string;
  /** Values of `--param`, after `parseParams`. */
  readonly params: JsonObject;
}

/** What stands in a model's answer. */
export interface Answer {
  /** The text of the answer; absent for embeddings. */
  readonly text?: string;
  readonly embedding?: readonly number[];
  /** As the model says it: `end_turn`, `max_tokens`, `length` and so on. Empty when it says none. */
  readonly stopReason: string;
  /** Undefined where the family's answers carry no usage. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** How to speak to a family of models. One file per family. */
export interface Family {
  /** As in `--family`: `anthropic`, `nova`, `titan-embed-text`, `converse`. */
  readonly name: string;
  readonly task: Task;
  readonly invocationType: InvocationType;
  /** The parameters that it takes, for checks and for help texts. */
  readonly params: readonly ParamSpec[];
  /** Checks and types the values of `--param NAME=VALUE`; throws `BR-E0115` naming all that are wrong. */
  parseParams(raw: Readonly<Record<string, string>>): JsonObject;
  /** The body of one request (`modelInput`). Pure; the same keys in the same order for every text. */
  request(input: RequestInput): JsonObject;
  /** The cheapest valid request: pads a job below the service's minimum. Its answer is dropped. */
  sentinel(): JsonObject;
  /** Reads a parsed `modelOutput`; undefined when it is not an answer of this family. */
  answer(modelOutput: unknown): Answer | undefined;
}
