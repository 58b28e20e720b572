import type { JsonObject, JsonValue } from './json.ts';

/**
 * One request to a chat model, in the shape of no vendor. What a user wrote is read into it once; each family writes its own body
 * from it. Turns alternate, the first is the user's, none is empty. `at` is where something stood in what the user wrote, as a
 * path such as `messages[2].content[0]`, for messages about it.
 */
export interface ChatRequest {
  /** Instructions, in their order; absent: none. */
  readonly system?: readonly SystemBlock[];
  readonly turns: readonly Turn[];
  readonly maxTokens?: number;
  /** 0 to 2, as OpenAI has it; what a model takes less of is the family's to say. */
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  /** Texts that end an answer; never an empty one. */
  readonly stop?: readonly string[];
  readonly tools?: readonly ChatTool[];
  /** Only beside `tools`. */
  readonly toolChoice?: ToolChoice;
  /** False: one tool call in an answer at most. */
  readonly parallelToolCalls?: boolean;
  /** What an answer's text must be; absent: any text. */
  readonly format?: AnswerFormat;
  readonly reasoning?: ReasoningEffort;
  /** Who asks, for the provider's watch on abuse. */
  readonly user?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** What only some models know, under OpenAI's own names, such as `seed` or `presence_penalty`. */
  readonly extras?: JsonObject;
}

/** How much a model thinks before it answers, in OpenAI's words. */
export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

export type AnswerFormat =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name: string;
      readonly description?: string;
      /** A JSON schema. */
      readonly schema: JsonObject;
      readonly strict?: boolean;
    };

/** A part of the instructions. */
export interface SystemBlock {
  readonly text: string;
  /** A cached prefix ends behind it. */
  readonly cache?: CachePoint;
}

/** The end of a prefix that the model may keep; `ttl` as the vendors write it, `5m` or `1h`. */
export interface CachePoint {
  readonly ttl?: string;
}

/** What one side says before the other does. */
export type Turn =
  | { readonly role: 'user'; readonly content: readonly UserBlock[] }
  | { readonly role: 'assistant'; readonly content: readonly AssistantBlock[] };

export type UserBlock = TextBlock | MediaBlock | ToolResultBlock;
export type AssistantBlock = TextBlock | ToolUseBlock;

/** Never empty. */
export interface TextBlock {
  readonly kind: 'text';
  readonly text: string;
  readonly cache?: CachePoint;
}

/** A picture, a document, a sound or a film. */
export interface MediaBlock {
  readonly kind: 'image' | 'document' | 'audio' | 'video';
  readonly at: string;
  /** As IANA has it: `image/png`, `application/pdf`. */
  readonly mediaType: string;
  readonly source: MediaSource;
  /** A document's name. */
  readonly name?: string;
  /** OpenAI's `detail` of an image. */
  readonly detail?: string;
  readonly cache?: CachePoint;
}

/** `base64` is sound base64 with padding; `s3` is read by the service, from below the job's own input. */
export type MediaSource =
  | { readonly kind: 'bytes'; readonly base64: string }
  | { readonly kind: 's3'; readonly uri: string; readonly bucketOwner?: string };

/** A call that the model made in an earlier answer. */
export interface ToolUseBlock {
  readonly kind: 'tool-use';
  readonly at: string;
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
}

/** What a call gave. Stands before the other blocks of its turn, which is the one behind the call. */
export interface ToolResultBlock {
  readonly kind: 'tool-result';
  readonly at: string;
  readonly id: string;
  readonly content: readonly (TextBlock | MediaBlock)[];
  readonly isError?: boolean;
}

/** A function that the model may ask for. */
export interface ChatTool {
  readonly at: string;
  readonly name: string;
  readonly description?: string;
  /** A JSON schema of an object. */
  readonly parameters: JsonObject;
  readonly strict?: boolean;
}

export type ToolChoice =
  | { readonly kind: 'auto' }
  | { readonly kind: 'none' }
  | { readonly kind: 'any' }
  | { readonly kind: 'tool'; readonly name: string };

/** What an embedding is asked for: one text, and for some models a picture beside it or (text empty) alone. */
export interface EmbeddingRequest {
  readonly text: string;
  readonly image?: MediaBlock;
  readonly dimensions?: number;
  readonly user?: string;
}

/** What a model said, in the shape of no vendor. */
export interface ChatReply {
  /** The vendor's own id of the answer, such as `msg_…`. */
  readonly id?: string;
  /** All texts of the answer, joined; undefined where there is none. */
  readonly text?: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly input: JsonValue }[];
  /** What it thought, as far as it says. */
  readonly reasoning?: string;
  /** Why it ended. */
  readonly finish: FinishReason;
  /** The model's own word for it. */
  readonly stopReason: string;
  readonly usage?: ReplyUsage;
}

/**
 * OpenAI's words, and two that it has none for: `refusal` (the model will not answer) and `malformed` (it did not make sense, and
 * may if it is asked again).
 */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'refusal' | 'malformed';

/** Tokens. */
export interface ReplyUsage {
  /** Of the whole request: read from and written to a cache included. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** Of `output`, what was spent on thinking, where the model tells. */
  readonly reasoning?: number;
}

/** Something that a model cannot be told, or that is told otherwise than it was asked. */
export interface Unsupported {
  /** Stable and short: `stop_not_supported`. */
  readonly code: string;
  /** Where it stands in what the user wrote: `tools[0].function.strict`. */
  readonly path: string;
  /** A sentence in lower case without a full stop: what is done instead, too. */
  readonly message: string;
  /**
   * `changed`: the model is asked nearly the same. `left-out`: it is not told. `impossible`: no policy makes sense of it, the
   * request is refused.
   */
  readonly effect: 'changed' | 'left-out' | 'impossible';
}

/** Where writers put what they cannot say. */
export type UnsupportedSink = (unsupported: Unsupported) => void;
