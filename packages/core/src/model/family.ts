import type { ChatReply, ChatRequest, EmbeddingRequest, UnsupportedSink } from './chat.ts';
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

/** What one model takes, where models of its family differ. Absent: not known, so it is sent what its family has words for. */
export interface ModelTraits {
  /** The family of its own bodies: what Converse passes through to it, such as how much to think, is in its words. */
  readonly native?: string;
  /** It refuses `temperature`, `top_p` and `top_k` with an error for each record. */
  readonly refusesSampling?: boolean;
  /** It takes `temperature` or `top_p`, not both. */
  readonly onlyTemperatureOrTopP?: boolean;
  /** How it is told to think: by a budget of tokens, by an effort alone, or not at all. */
  readonly thinking?: 'budget' | 'adaptive' | 'none';
  /** It thinks unless it is told not to. */
  readonly thinksByItself?: boolean;
  /** It refuses a conversation that ends in the beginning of its own answer. */
  readonly refusesPrefill?: boolean;
  /** It takes a JSON schema for its answer natively. */
  readonly takesSchema?: boolean;
  /** Ids of its calls are nine letters and digits. */
  readonly shortToolIds?: boolean;
  /** It takes `strict` on a tool. */
  readonly takesStrictTools?: boolean;
  /** What it can look at or listen to beside text. */
  readonly media?: readonly ('image' | 'document' | 'audio' | 'video')[];
}

/** How to speak to a family of models. One file per family. */
export interface Family {
  /** As in `--family`: `anthropic`, `nova`, `titan-embed-text`, `converse`. */
  readonly name: string;
  /** The module of a user's project that it comes from; absent: it is built in. What such a one throws has the code `BR-E0132`. */
  readonly origin?: string;
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
  /**
   * `chat` and `embedding` write each text as it is, once, and nothing else depends on it but whether it is blank, or what white space
   * ends it: requests that differ in texts alone may be written from one another.
   */
  readonly keepsTexts?: true;
  /**
   * The body of a whole conversation; absent for embeddings. What the model cannot be told goes to `unsupported`, and is left out or
   * changed in the body as it says there.
   */
  chat?(request: ChatRequest, traits: ModelTraits, unsupported: UnsupportedSink): JsonObject;
  /** The body of one text to embed, with what else was asked; absent for chat. */
  embedding?(request: EmbeddingRequest, traits: ModelTraits, unsupported: UnsupportedSink): JsonObject;
  /** Reads all of a parsed `modelOutput` of a chat; undefined when it is not an answer of this family. */
  reply?(modelOutput: unknown): ChatReply | undefined;
  /** Why `chat` cannot say anything of tools, as the end of a sentence: `it takes one text`. */
  readonly refusesTools?: string;
  /** Reads a parsed `modelOutput`; undefined when it is not an answer of this family. */
  answer(modelOutput: unknown): Answer | undefined;
}
