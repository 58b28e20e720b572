import type { JsonObject } from '@batchrock/core';
import type { Draw } from './draw.ts';
import type { Reading } from './reading.ts';

/** Models that are asked; each with a family and an API of its own. */
export const MODELS = {
  claude: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  nova: 'us.amazon.nova-pro-v1:0',
  'nova-2': 'us.amazon.nova-2-lite-v1:0',
  'gpt-oss': 'openai.gpt-oss-20b-1:0',
  llama: 'us.meta.llama3-3-70b-instruct-v1:0',
  mistral: 'mistral.mistral-large-2407-v1:0',
  titan: 'amazon.titan-embed-text-v2:0',
  'titan-image': 'amazon.titan-embed-image-v1',
  'nova-embed': 'amazon.nova-2-multimodal-embeddings-v1:0',
  cohere: 'cohere.embed-english-v3',
} as const;
export type ModelKey = keyof typeof MODELS;

/** Looks for one thing in a body; says in a few words what is wrong with it, or nothing. */
export type Ask = (reading: Reading) => string | undefined;

/** One generated request, and what its body has to say. */
export interface Variant {
  readonly url: string;
  readonly body: JsonObject;
  /** Takes the place of the line's own fields. */
  readonly line?: JsonObject;
  readonly asks: readonly Ask[];
  /** Records that the line becomes; default 1. */
  readonly records?: number;
}

/** A row of the table: a feature of requests, on some models. */
export interface Feature {
  readonly name: string;
  readonly on: readonly ModelKey[];
  /** Models that cannot be told it, `✗` in the translation table: the line has to be refused. */
  readonly impossible?: readonly ModelKey[];
  /** There are tools in it, so that the job is of type InvokeModel. */
  readonly hasTools?: boolean;
  readonly variants: (draw: Draw) => readonly Variant[];
}

/** A line of a batch file that asks for something. */
export interface AskedLine {
  readonly customId: string;
  readonly model: ModelKey;
  readonly feature: Feature;
  readonly variant: Variant;
  readonly line: JsonObject;
}

const CHAT = '/v1/chat/completions';

/** A request of the chat API. */
export function chat(body: JsonObject, ...asks: readonly Ask[]): Variant {
  return { url: CHAT, body, asks };
}
