import type { ModelLimits } from '@batchrock/core';

/** What an account has said of the model of a question. */
export interface AccountAnswer {
  /** ARNs of the models behind an application profile. */
  readonly leadsTo?: readonly string[];
  /** Limits that take the place of the catalogue's. */
  readonly limits?: Partial<ModelLimits>;
}

/** A question with what the account has said, where it was asked. */
export type WithAccountAnswer<T> = T & { readonly account?: AccountAnswer };
