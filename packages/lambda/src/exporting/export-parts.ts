import { exportResults, type PartBody, type ResultWriter, type RunPorts, type RunReading, StateError } from '@batchrock/core';
import { keptRowsOf } from 'batchrock/request';
import type { Deadline } from '../engine/index.ts';

/** Which results are written, and where. */
export interface Exporting {
  readonly reading: RunReading;
  /** The first part whose results are not written yet. */
  readonly from: number;
  /** Makes the file of a part. */
  readonly writerOf: (part: number) => ResultWriter;
  readonly deadline: Deadline;
}

/** The parts of the first attempt, in order of the rows: each is a file of results. */
export function firstParts({ parts }: RunReading): readonly PartBody[] {
  return parts.filter((part) => part.attempt === 1).toSorted((a, b) => a.part - b.part);
}

/**
 * Writes results, a file for each part of the first attempt, as many as a call has time for. Returns the first part that is not
 * written; the number of parts when all are.
 */
export async function exportParts(ports: RunPorts, { reading, from, writerOf, deadline }: Exporting): Promise<number> {
  const parts = firstParts(reading);
  let next = from;
  let longestMs = 0;
  for (; next < parts.length; next++) {
    // the first of a call is written in any case, so that each call gets on
    if (next > from && deadline.leftMs() < 2 * longestMs) break;
    const left = deadline.leftMs();
    await exportPart(ports, reading, parts[next]!, writerOf(next));
    longestMs = Math.max(longestMs, left - deadline.leftMs());
  }
  return next;
}

async function exportPart(ports: RunPorts, reading: RunReading, part: PartBody, writer: ResultWriter): Promise<void> {
  if (part.span === undefined) throw new StateError('BR-E0208', `part ${part.part} of ${part.run} has no rows of its own`);
  await exportResults(ports, {
    ...reading,
    writer,
    openRows: keptRowsOf(reading.document),
    only: { from: part.span.from.ordinal, to: part.span.to.ordinal },
  });
}
