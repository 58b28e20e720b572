import { type RunStatus, shareCollected } from '../sdk/run-status.ts';
import { count, localTime, percent } from './figures.ts';
import { shortStateText } from './run-text.ts';
import { renderTable } from './table.ts';

/** Runs as a table. */
export function renderList(runs: readonly RunStatus[], width: number): string[] {
  return renderTable(
    [
      { title: 'RUN' },
      { title: 'STATE' },
      { title: 'DONE', side: 'right' },
      { title: 'ROWS', side: 'right' },
      { title: 'OK', side: 'right' },
      { title: 'BAD', side: 'right' },
      { title: 'STARTED' },
      { title: 'WHERE', flexible: true },
      { title: 'MODEL', flexible: true },
      { title: 'DATASET', flexible: true },
    ],
    runs.map((run) => [
      run.run,
      shortStateText(run),
      percent(shareCollected(run)),
      count(run.rows),
      count(run.succeeded),
      count(run.failed + (run.rejected ?? 0)),
      localTime(run.createdAt),
      run.synthetic ? `${run.target} (synthetic)` : run.target,
      run.modelId,
      run.source,
    ]),
    width,
  );
}
