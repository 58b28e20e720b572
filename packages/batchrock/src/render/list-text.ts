import { type RunStatus, shareCollected } from '../sdk/run-status.ts';
import { count, localTime, percent } from './figures.ts';
import { shortStateText } from './run-text.ts';
import { type Column, renderTable } from './table.ts';
import { displayWidth, fit, printable } from './width.ts';

const FIGURES: readonly Column[] = [
  { title: 'RUN' },
  { title: 'STATE' },
  { title: 'DONE', side: 'right' },
  { title: 'ROWS', side: 'right' },
  { title: 'OK', side: 'right' },
  { title: 'BAD', side: 'right' },
  { title: 'STARTED' },
];
const NAMES: readonly Column[] = [{ title: 'WHERE' }, { title: 'MODEL' }, { title: 'DATASET' }];

/** Runs as a table; where it is wider than the terminal, dataset, model and place stand on a second line below each run. */
export function renderList(runs: readonly RunStatus[], width: number): string[] {
  const whole = renderTable(
    [...FIGURES, ...NAMES],
    runs.map((run) => [...figuresOf(run), ...namesOf(run)]),
  );
  if (whole.every((line) => displayWidth(line) <= width)) return whole;
  const [header, ...lines] = renderTable(FIGURES, runs.map(figuresOf));
  return [
    header as string,
    ...lines.flatMap((line, i) => {
      const names = namesOf(runs[i] as RunStatus).map(printable);
      return [line, fit(`  ${names.reverse().join(' · ')}`, width)];
    }),
  ];
}

function figuresOf(run: RunStatus): string[] {
  return [
    run.run,
    shortStateText(run),
    percent(shareCollected(run)),
    count(run.rows),
    count(run.succeeded),
    count(run.failed + (run.rejected ?? 0)),
    localTime(run.createdAt),
  ];
}

function namesOf(run: RunStatus): string[] {
  return [run.synthetic ? `${run.target} (synthetic)` : run.target, run.modelId, run.source];
}
