import { StateError } from '../errors/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { jsonText, type OutcomeSpans, OutcomeStatus } from '../record/index.ts';
import type { RetrySelection } from './document.ts';
import { OutcomeMerge } from './outcome-merge.ts';
import type { RunPorts } from './ports.ts';
import { readRun } from './read.ts';

/** True when `retry` sends a failed record again. */
export function isSelected(outcome: OutcomeSpans, { codes, all }: RetrySelection): boolean {
  if (codes !== undefined) return codes.includes(codeOf(outcome));
  return all === true || outcome.retry;
}

/** The failed rows of a run that has ended. */
export interface FailedRows {
  /** Those that a selection sends again. */
  readonly selected: number;
  /** The others, by their code. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/** Counts what a selection would send again, and what it leaves out: one pass over the outcomes, nothing is changed. */
export async function countFailed(ports: RunPorts, id: string, select: RetrySelection, o: CallOptions = {}): Promise<FailedRows> {
  const reading = await readRun(ports, id, o);
  if (reading === undefined) throw new StateError('BR-E0201', `no run ${id} in this ledger`, { details: { run: id } });
  const { run, parts } = reading;
  const merge = new OutcomeMerge(ports, { run: id, attempt: run.attempt, isOver: true, parts, signal: o.signal });
  const leftOut = new Map<string, number>();
  let selected = 0;
  try {
    for (let ordinal = 0; ordinal < (run.rows ?? 0); ordinal++) {
      while (!merge.seek(ordinal)) await merge.fill();
      const { outcome } = merge;
      if (outcome?.status !== OutcomeStatus.failed) continue;
      if (isSelected(outcome, select)) selected++;
      else leftOut.set(codeOf(outcome), (leftOut.get(codeOf(outcome)) ?? 0) + 1);
    }
    return { selected, leftOut };
  } finally {
    await merge.close();
  }
}

function codeOf({ bytes, codeStart, codeEnd }: OutcomeSpans): string {
  return jsonText(bytes, codeStart, codeEnd);
}
