import { prepareRun, type RunBody, type RunOwner, type RunPorts } from '@batchrock/core';
import type { RunHome } from '../compose/run-home.ts';
import { plural } from '../render/figures.ts';
import type { Dataset } from '../request/dataset.ts';
import { inSpan } from '../telemetry/index.ts';
import type { FollowOptions } from './progress.ts';
import type { Session } from './session.ts';

/** Prepares the parts of a run, unless that is done, and tells what of the dataset is not sent and what is padded. */
export async function prepareTold(
  ports: RunPorts,
  home: RunHome,
  dataset: Dataset,
  before: RunBody | undefined,
  { signal, onProgress, notice, owner }: FollowOptions & Pick<Session, 'notice'> & { readonly owner: RunOwner },
): Promise<void> {
  if (before !== undefined && before.state !== 'preparing') return;
  const { document } = home;
  const { minRecords } = document.model.limits;
  const prepared = await inSpan('prepare', { run: document.run, bytes: dataset.bytes }, async (note) => {
    const done = await prepareRun(ports, {
      document,
      openRows: (from) => dataset.open(from),
      owner,
      signal,
      onProgress: ({ rows, bytes }) =>
        onProgress?.({
          phase: 'preparing',
          run: document.run,
          rows,
          share: dataset.bytes === 0 ? undefined : bytes / dataset.bytes,
        }),
    });
    note({ rows: done.rows, rejected: done.rejected });
    return done;
  });
  await dataset.checkUnchanged();
  if (prepared.isCut) {
    const jobs = document.maxParts === 1 ? 'one job is' : `${document.maxParts} jobs are`;
    notice(`${jobs} full: the rows behind the first ${prepared.rows} are left out (--max-jobs)`);
  }
  const { duplicates = 0, cached = { rows: 0 } } = prepared;
  if (duplicates > 0)
    notice(
      `${plural(duplicates, 'row')} of ${prepared.rows} ${duplicates === 1 ? 'asks' : 'ask'} for what another one does: not sent (${document.dedupe === 'run' ? '--dedupe run' : '--dedupe'})`,
    );
  if (cached.rows > 0)
    notice(
      `${plural(cached.rows, 'row')} of ${prepared.rows} ${cached.rows === 1 ? 'has an answer' : 'have answers'} of other runs: not sent (--cache)`,
    );
  const records = prepared.rows - prepared.rejected - duplicates - cached.rows;
  if (records > 0 && records < minRecords && document.asked?.tail !== undefined) {
    notice(
      `a job takes ${minRecords} records at least, and there ${records === 1 ? 'is' : 'are'} ${records}: on demand, at full price`,
    );
  } else if (records > 0 && records < minRecords) {
    notice(
      `a job takes ${minRecords} records at least, and there ${records === 1 ? 'is' : 'are'} ${records}: padded with ${minRecords - records} that ${minRecords - records === 1 ? 'is' : 'are'} dropped again`,
    );
  }
}
