import type { JsonObject } from '@batchrock/core';
import type { ModelKey } from './feature.ts';

/** The three that get the same requests. */
export const SYSTEMS = ['Batchrock', 'LangBatch', 'LiteLLM'] as const;
export type System = (typeof SYSTEMS)[number];

/** What a system made of a line: records, a refusal with its reason, or an error that is not about the line. */
export type Made =
  | { readonly kind: 'sent'; readonly bodies: readonly JsonObject[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'crashed'; readonly reason: string };

/** A line as a peer is given it. */
export interface PeerLine {
  readonly id: string;
  readonly modelId: string;
  readonly model: ModelKey;
  readonly line: JsonObject;
}
