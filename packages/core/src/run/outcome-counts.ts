import type { CollectCounts } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { isCutOff, OutcomeReader, type OutcomeSpans, OutcomeStatus } from '../record/index.ts';
import type { Manifest } from './job-output.ts';
import { LineChain } from './line-chain.ts';
import { OutcomeLines } from './outcome-lines.ts';
import { damaged } from './part-files.ts';
import type { RunPorts } from './ports.ts';

/** Adds up outcome lines. */
export class OutcomeTally {
  succeeded = 0;
  failed = 0;
  retryable = 0;
  missing = 0;
  truncated = 0;
  /** -1 until a line says it. */
  inputTokens = -1;
  outputTokens = -1;
  /** Where the sorted runs of the lines begin, in bytes. */
  sortedRuns: readonly number[] = [];

  /** `times`: as if the line stood there so many times. */
  add(outcome: OutcomeSpans, times = 1): void {
    switch (outcome.status) {
      case OutcomeStatus.succeeded:
        this.succeeded += times;
        if (isCutOff(outcome)) this.truncated += times;
        this.addTokens(outcome.inputTokens, outcome.outputTokens);
        break;
      case OutcomeStatus.failed:
        if (outcome.retry) this.retryable += times;
        else this.failed += times;
        this.addTokens(outcome.inputTokens, outcome.outputTokens);
        break;
      case OutcomeStatus.missing:
        this.missing += times;
        break;
      default:
    }
  }

  /** -1 for a number that is unknown. */
  addTokens(input: number, output: number): void {
    if (input >= 0) this.inputTokens = Math.max(0, this.inputTokens) + input;
    if (output >= 0) this.outputTokens = Math.max(0, this.outputTokens) + output;
  }

  /** Tokens come from the answers; where no answer says them, from the job's manifest, padding included. */
  counts(manifest: Manifest | undefined): CollectCounts {
    const { succeeded, failed, retryable, missing, truncated } = this;
    const says = manifest !== undefined && manifest.inputTokens + manifest.outputTokens > 0 && succeeded > 0;
    const inputTokens = this.inputTokens >= 0 ? this.inputTokens : says ? manifest.inputTokens : undefined;
    const outputTokens = this.outputTokens >= 0 ? this.outputTokens : says ? manifest.outputTokens : undefined;
    return {
      succeeded,
      failed,
      retryable,
      missing,
      truncated,
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
      ...(this.sortedRuns.length > 1 && { sortedRuns: this.sortedRuns }),
    };
  }
}

/** The tally of outcomes that are written; undefined when they are not. */
export async function tallyOutcomes(
  ports: Pick<RunPorts, 'objects'>,
  key: string,
  options: CallOptions,
): Promise<OutcomeTally | undefined> {
  if ((await ports.objects.head(key, options)) === undefined) return undefined;
  const sortedRuns = await findSortedRuns(ports, key, options);
  const tally = new OutcomeTally();
  tally.sortedRuns = sortedRuns;
  const lines = new OutcomeLines(ports, [{ key, sortedRuns }], options);
  try {
    while (await lines.fill()) while (lines.next()) tally.add(lines.spans);
  } finally {
    await lines.close();
  }
  return tally;
}

/** Where the sorted runs of an object begin: wherever a line is not behind the one before it. */
async function findSortedRuns(ports: Pick<RunPorts, 'objects'>, key: string, options: CallOptions): Promise<number[]> {
  const starts: number[] = [];
  const reader = new OutcomeReader();
  const lines = new LineChain(ports.objects, [key], options);
  let offset = 0;
  let last = Number.POSITIVE_INFINITY;
  try {
    while (await lines.fill()) {
      while (lines.next(reader.lineEnd)) {
        if (!reader.read(lines.bytes, lines.start, lines.end)) throw damaged(key, 'a line that is no outcome');
        const { ordinal } = reader.spans;
        if (ordinal <= last) starts.push(offset);
        last = ordinal;
        offset += lines.end - lines.start + 1;
      }
    }
    return starts;
  } finally {
    reader.close();
    await lines.close();
  }
}
