import { existsSync } from 'node:fs';
import { type AnswerFilter, type AnswerSummary, openSqliteAnswers } from '@batchrock/sqlite';
import { nodeClock } from '../node/index.ts';
import type { InspectingSession } from './found-question.ts';

/** Which answers are meant; all that is given has to fit. */
export interface AnswersFilter {
  /** The id as the runs have it. */
  readonly model?: string | undefined;
  /** Milliseconds since they were kept. */
  readonly olderThan?: number | undefined;
}

/** What runs with `cache` have kept in a state directory. */
export interface AnswersReport {
  readonly path: string;
  readonly answers: number;
  /** Of the answers alone. */
  readonly bytes: number;
  /** By model, the most bytes first. */
  readonly models: readonly AnswerSummary[];
}

type Dir = Pick<InspectingSession, 'dir'>;

/** Looks at the answers that are kept; makes no file where there is none. Throws `BR-E0220`. */
export function readAnswers({ dir }: Dir, filter: AnswersFilter = {}): AnswersReport {
  const models = within(dir.answers, (answers) => answers.list(filterOf(filter))) ?? [];
  const sum = (of: (each: AnswerSummary) => number): number => models.reduce((all, each) => all + of(each), 0);
  return { path: dir.answers, answers: sum((each) => each.answers), bytes: sum((each) => each.bytes), models };
}

/** Removes answers; how many. Runs keep those that they have found. Throws `BR-E0220`. */
export function clearAnswers({ dir }: Dir, filter: AnswersFilter = {}): number {
  return within(dir.answers, (answers) => answers.clear(filterOf(filter))) ?? 0;
}

function filterOf({ model, olderThan }: AnswersFilter): AnswerFilter {
  return { modelId: model, before: olderThan === undefined ? undefined : nodeClock.now() - olderThan };
}

function within<T>(path: string, work: (answers: ReturnType<typeof openSqliteAnswers>) => T): T | undefined {
  if (!existsSync(path)) return undefined;
  const answers = openSqliteAnswers(path, () => nodeClock.now());
  try {
    return work(answers);
  } finally {
    answers.close();
  }
}
