import { findPart, InputError, isBatchrockError, type PreparedRun, prepareRun, type RunDocument } from '@batchrock/core';
import type { Dataset } from 'batchrock/request';
import type { Deadline, Engine } from '../engine/index.ts';
import { ownerOf } from './owner.ts';

/** What is made into parts, and how far that is. */
export interface Making {
  readonly document: RunDocument;
  readonly dataset: Dataset;
  /** Parts that were ready after the last call. */
  readonly knownParts: number;
  readonly deadline: Deadline;
}

/** How far a call came; the next one goes on where it is not done. */
export interface MadeParts extends Pick<PreparedRun, 'parts' | 'rows' | 'rejected'> {
  readonly done: boolean;
}

/**
 * Makes parts of a dataset as far as the time of a call goes. Throws what is wrong with the dataset, and `BR-E0120` when a whole
 * call is too short for one part.
 */
export async function makeParts(engine: Engine, { document, dataset, knownParts, deadline }: Making): Promise<MadeParts> {
  const { ports, log } = engine;
  const { run } = document;
  let seen = { rows: 0, rejected: 0 };
  try {
    const prepared = await prepareRun(ports, {
      document,
      openRows: (from) => dataset.open(from),
      owner: ownerOf(engine, run),
      signal: deadline.signal,
      onProgress: ({ rows, rejected }) => {
        seen = { rows, rejected };
      },
    });
    if (seen.rows > 0) await dataset.checkUnchanged();
    if (prepared.isCut) log('WARN', 'max_num_jobs are full: the rows behind them are left out', { run, count: prepared.rows });
    return { parts: prepared.parts, rows: prepared.rows, rejected: prepared.rejected, done: true };
  } catch (error) {
    if (!deadline.signal.aborted || !isCut(error)) throw error;
    const parts = await countParts(engine, run, knownParts);
    if (parts <= knownParts) throw tooSlow(document);
    log('INFO', 'the time of this call is over; the next one goes on', { run, count: parts });
    return { parts, ...seen, done: false };
  }
}

/** What a call that is broken off throws, here or in a client, which may take it for a lost connection. */
export function isCut(error: unknown): boolean {
  if (isBatchrockError(error)) return error.kind === 'cancelled' || error.kind === 'service';
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

/** Parts of the first attempt in the ledger, of which so many are known. */
async function countParts({ ports }: Engine, run: string, known: number): Promise<number> {
  for (let part = known; ; part++) {
    if ((await findPart(ports.ledger, { run, attempt: 1, part })) === undefined) return part;
  }
}

function tooSlow({ run, partRecords }: RunDocument): InputError {
  return new InputError(
    'BR-E0120',
    `no part of run ${run}, ${partRecords} records each, was ready within one call of the function`,
    {
      hint: 'give the function more memory (with it comes more processor) and time, or a smaller max_records_per_job',
      details: { run, partRecords },
    },
  );
}
