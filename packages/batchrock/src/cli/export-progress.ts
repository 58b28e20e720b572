import type { Session } from '../sdk/session.ts';
import type { Terminal } from './terminal.ts';

/** Shows how far the rows of a run are read again: what its `onProgress` is given. */
export async function exportProgress(
  terminal: Terminal,
  session: Session,
  run: string | undefined,
): Promise<(rows: number) => void> {
  const { readStatus } = await import('../sdk/index.ts');
  const { ProgressDisplay } = await import('./progress-display.ts');
  const display = new ProgressDisplay(terminal);
  const { run: id, rows: totalRows } = await readStatus(session, run);
  return (rows) => display.show({ phase: 'exporting', run: id, rows, totalRows });
}
