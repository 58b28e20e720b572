import type { AnswerCache } from '@batchrock/core';
import { openSqliteAnswers, type SqliteAnswers } from '@batchrock/sqlite';
import { nodeClock } from '../node/index.ts';

/** The cache of a state directory, opened when a run asks for it first. */
export interface KeptAnswers extends AnswerCache {
  close(): void;
}

/**
 * Answers in a file. A run that cannot read them ends before it sends what may be there; one that cannot keep its own goes on, and
 * `notice` hears of it once.
 */
export function keptAnswers(path: string, notice: (text: string) => void): KeptAnswers {
  let opened: SqliteAnswers | undefined;
  let hasTold = false;
  const open = (): SqliteAnswers => {
    opened ??= openSqliteAnswers(path, () => nodeClock.now());
    return opened;
  };
  return {
    async find(scope, requests, options) {
      return open().find(scope, requests, options);
    },
    async put(scope, answers, options) {
      try {
        await open().put(scope, answers, options);
      } catch (error) {
        if (options?.signal?.aborted) throw error;
        if (!hasTold) notice(`answers of this run are not kept for others: ${error instanceof Error ? error.message : error}`);
        hasTold = true;
      }
    },
    close() {
      opened?.close();
    },
  };
}
