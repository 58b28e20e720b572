import type { InvocationType } from '../model/index.ts';
import type { CallOptions } from './object-store.ts';

/** One record, asked of a model at once. */
export interface ModelCall {
  /** Model id, profile id or ARN. */
  readonly modelId: string;
  readonly invocationType: InvocationType;
  /** The `modelInput` of the record, JSON. */
  readonly body: Uint8Array;
}

/**
 * What came of it. An error is one of this record, or one that may pass (429, 5xx); its code is the HTTP status, as in the output of
 * a job.
 */
export type ModelAnswer =
  /** A JSON object in one line. */
  { readonly output: Uint8Array } | { readonly errorCode: number; readonly errorMessage: string };

/**
 * Models on demand, at their full price: InvokeModel, and Converse for records in its form. Rejects with a `ServiceError` for what is wrong
 * with every call alike: no access, no such model, a model that is not served on demand, a server that cannot be reached.
 */
export interface ModelRuntime {
  ask(call: ModelCall, options?: CallOptions): Promise<ModelAnswer>;
}
