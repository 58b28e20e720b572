import type { InvocationType } from '@batchrock/core';
import type { CheckedQuestion } from '../../request/question.ts';
import type { CheckedRow } from './row-problem.ts';

/** A model that rows were checked for, and how it would be spoken to. */
export interface CheckedModel {
  readonly modelId: string;
  readonly invocationType: InvocationType;
}

/** What was found in all rows. */
export interface CheckReport {
  readonly source: string;
  /** One, unless lines name theirs. */
  readonly models: readonly CheckedModel[];
  readonly rows: number;
  /** Rows without an error. */
  readonly sound: number;
  readonly errors: number;
  readonly warnings: number;
}

/** Counts what was found. */
export class Tally {
  rows = 0;
  readonly #source: string;
  readonly #questions: readonly CheckedQuestion[];
  #sound = 0;
  #errors = 0;
  #warnings = 0;

  constructor(source: string, questions: readonly CheckedQuestion[]) {
    this.#source = source;
    this.#questions = questions;
  }

  add(rows: readonly CheckedRow[]): void {
    this.rows += rows.length;
    for (const { problems } of rows) {
      const errors = problems.filter((each) => each.level === 'error').length;
      this.#errors += errors;
      this.#warnings += problems.length - errors;
      if (errors === 0) this.#sound += 1;
    }
  }

  report(): CheckReport {
    const models = this.#questions.map(({ model, invocationType }) => ({ modelId: model.modelId, invocationType }));
    const counts = { rows: this.rows, sound: this.#sound, errors: this.#errors, warnings: this.#warnings };
    return { source: this.#source, models, ...counts };
  }
}
