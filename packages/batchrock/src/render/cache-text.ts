import type { AnswersReport } from '../sdk/kept-answers.ts';
import { bytes, count, isoTime, localTime } from './figures.ts';
import { type Column, renderTable } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'MODEL' },
  { title: 'ANSWERS', side: 'right' },
  { title: 'SIZE', side: 'right' },
  { title: 'OLDEST' },
  { title: 'NEWEST' },
];

/** Answers by model, as a table. */
export function renderAnswers({ models }: AnswersReport): string[] {
  return renderTable(
    COLUMNS,
    models.map((each) => [
      each.modelId,
      count(each.answers),
      bytes(each.bytes),
      localTime(each.oldestAt),
      localTime(each.newestAt),
    ]),
  );
}

/** The same as `--json` tells it. */
export function answersDocument({ path, answers, bytes: all, models }: AnswersReport): object {
  const told = models.map(({ modelId, oldestAt, newestAt, ...each }) => ({
    model: modelId,
    ...each,
    oldestAt: isoTime(oldestAt),
    newestAt: isoTime(newestAt),
  }));
  return { path, answers, bytes: all, models: told };
}
