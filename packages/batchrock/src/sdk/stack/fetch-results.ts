import { type OutputPlace, outputExists, standingAt } from '../../request/output.ts';
import type { Session } from '../opened-session.ts';
import type { FollowOptions } from '../progress.ts';
import type { RunReport } from '../reports.ts';
import type { RunStatus } from '../run-status.ts';
import { writeResults } from '../write-results.ts';

/** What is made of a run that was followed. */
export interface FetchOptions extends FollowOptions {
  /** Where its results go. */
  readonly output: OutputPlace | undefined;
  /** Whatever stands there. */
  readonly replace: boolean;
  /** The run was left to the account. */
  readonly isLeft?: boolean | undefined;
}

/** Writes the results of a run of a stack on this machine, and tells how it came out. Throws `BR-E0111` for what is in the way. */
export async function fetchResults(session: Session, status: RunStatus, o: FetchOptions): Promise<RunReport> {
  const home = await session.findHome(status.run);
  const maxErrorRate = home?.maxErrorRate ?? 0;
  const { output, signal } = o;
  if (output === undefined || home === undefined || o.isLeft) {
    return { status, output: undefined, maxErrorRate, ...(o.isLeft && { isLeft: true }) };
  }
  const standing = await standingAt(output, home.exports);
  if (standing.what === 'foreign' && !o.replace) throw outputExists(standing.path);
  const connection = await session.connect(home.target);
  const written = await writeResults(connection.ports, {
    run: status.run,
    place: output,
    store: connection.store,
    replace: standing.what !== 'nothing',
    known: home.exports,
    beforeCommit: (files) => session.noteExports(connection, status.run, files),
    ...(signal && { signal }),
    onProgress: (rows) => o.onProgress?.({ phase: 'exporting', run: status.run, rows, totalRows: status.rows }),
  });
  return { status, output: { ...written, format: output.format }, maxErrorRate };
}
