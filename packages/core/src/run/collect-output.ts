import { invariant, isServiceError } from '../errors/index.ts';
import type { CollectCounts, PartBody } from '../job/index.ts';
import { Collector, type RecordSet, rowsWithout, theseRecords } from '../join/index.ts';
import type { CallOptions, JobView } from '../ports/index.ts';
import { encodeOutcome, recordId, recordPrefixBytes, writeRecordId } from '../record/index.ts';
import { leavesNothing } from './denied-jobs.ts';
import type { Dedupe, RunDocument } from './document.ts';
import { countDuplicates } from './duplicates.ts';
import { type JobOutput, jobFolder, lookAtOutput } from './job-output.ts';
import { objectKeys } from './keys.ts';
import { tallyOutcomes } from './outcome-counts.ts';
import { OutcomeLines } from './outcome-lines.ts';
import { hasUnsent } from './outcome-merge.ts';
import { recordOrdinals } from './part-files.ts';
import type { RunPorts } from './ports.ts';
import { type OutputRead, readOutput } from './read-output.ts';
import { SortedRunWriter } from './sorted-run-writer.ts';

export interface CollectInput extends CallOptions {
  readonly document: RunDocument;
  readonly part: PartBody;
  readonly view: JobView;
  /** Most bytes of outcomes held in memory; past it they are written as one sorted run of several. Default 24 MiB. */
  readonly budgetBytes?: number;
}

const BUDGET_BYTES = 24 << 20;

/**
 * Reads what a job left and writes `outcomes/<part>-<attempt>.jsonl`: one line for each real record of the part, sorted by
 * id, those that nothing came back for as missing. What does not fit into memory at once is written as several sorted runs,
 * one behind the other; of two lines of a record the one in the later run counts. The same bytes whoever does it and however
 * often; what is written is never replaced. `unsettled`: the output is not all there yet, and may still come.
 *
 * Foreign, doubled, half-written and padding lines change nothing; of two lines of a record the first counts, but an
 * answer counts before an error.
 */
export async function writeOutcomes(ports: RunPorts, input: CollectInput): Promise<CollectCounts | 'unsettled'> {
  const counts = await writeRecords(ports, input);
  const { part, document, signal } = input;
  const { dedupe } = document;
  if (counts === 'unsettled' || !mayBeShared(part, dedupe)) return counts;
  const duplicates = await countDuplicates(ports, { part, sortedRuns: counts.sortedRuns, dedupe, signal });
  const { succeeded, failed, retryable, missing } = duplicates;
  return succeeded + failed + retryable + missing === 0 ? counts : { ...counts, duplicates };
}

/** True where rows may have the outcomes of a part's records: those that do stand in any part, when all of a run are compared. */
function mayBeShared({ attempt, duplicates = 0 }: PartBody, dedupe: Dedupe | undefined): boolean {
  return duplicates > 0 || (dedupe === 'run' && attempt === 1);
}

async function writeRecords(ports: RunPorts, input: CollectInput): Promise<CollectCounts | 'unsettled'> {
  const { document, part, view, signal } = input;
  const key = objectKeys.outcomes(part.run, part.attempt, part.part);
  // asked before the look: a process that stands still behind it would take an old listing for all there will ever be
  const isOver = hasSettled(ports, part, view);
  const output = await outputOf(ports, part, view, { isOver, signal });
  const written = await tallyOutcomes(ports, key, { signal });
  if (written !== undefined) return written.counts(output.manifest);
  if (!isOver && output.manifest === undefined) return 'unsettled';
  const records = await recordsOf(ports, part, { signal });
  const collector = new Collector({ slots: records.slots, budgetBytes: input.budgetBytes ?? BUDGET_BYTES });
  const writer = new SortedRunWriter(() => ports.objects.create(key, { ifAbsent: true, signal }));
  try {
    const read = await readOutput(ports, { document, output, records, collector, writer, signal });
    if (isOver || read.lines >= linesToCome(part, view, output)) {
      return await write(ports, { key, document, part, records, collector, read, output, writer, signal });
    }
    await writer.abort();
    return 'unsettled';
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    collector.close();
  }
}

/** True when output that is not there by now will not come. Our own clock's view of the end is used where it is known. */
function hasSettled(ports: RunPorts, part: PartBody, view: JobView): boolean {
  if (view.jobArn === '' || leavesNothing(part)) return true;
  const endedAt = part.endedAt ?? view.endTime ?? view.submitTime;
  return ports.clock.now() >= endedAt + ports.service.facts.outputSettleMs;
}

/** A manifest may be written early, or disagree with the job: output is whole when the largest of their counts is reached. */
function linesToCome(part: PartBody, view: JobView, output: JobOutput): number {
  // on demand no padding is asked for
  const lines = part.onDemand === true ? part.records : part.records + part.sentinels;
  const all = view.status === 'Completed' ? lines : 0;
  return Math.max(all, output.manifest?.processed ?? 0, view.counts?.processed ?? 0);
}

interface OutputOptions extends CallOptions {
  readonly isOver: boolean;
}

async function outputOf(ports: RunPorts, part: PartBody, view: JobView, o: OutputOptions): Promise<JobOutput> {
  const folder = jobFolder({ ...part, jobArn: view.jobArn });
  if (folder === undefined) return { files: [] };
  return lookAtOutput(ports, folder, { files: part.files, isComplete: view.status === 'Completed', ...o });
}

/** The first attempt sends every row of its span that was not left out; a later one what stands in its input files. */
async function recordsOf(ports: RunPorts, part: PartBody, options: CallOptions): Promise<RecordSet> {
  if (part.span === undefined) return theseRecords(await recordOrdinals(ports, part, options));
  const unsent: number[] = [];
  if (hasUnsent(part)) {
    const lines = new OutcomeLines(ports, [{ key: objectKeys.outcomes(part.run, 0, part.part) }], options);
    try {
      while (await lines.fill()) while (lines.next()) unsent.push(lines.spans.ordinal);
    } finally {
      await lines.close();
    }
  }
  return rowsWithout(part.span.from.ordinal, part.span.to.ordinal, unsent);
}

interface WriteInput extends CallOptions {
  readonly key: string;
  readonly document: RunDocument;
  readonly part: PartBody;
  readonly records: RecordSet;
  readonly collector: Collector;
  readonly read: OutputRead;
  readonly output: JobOutput;
  readonly writer: SortedRunWriter;
}

async function write(ports: RunPorts, o: WriteInput): Promise<CollectCounts> {
  try {
    await writeRest(o);
    await o.writer.commit();
  } catch (error) {
    await o.writer.abort();
    // somebody else collected it, or our own first try took effect and its reply was lost
    const written = isServiceError(error, 'conflict') ? await tallyOutcomes(ports, o.key, o) : undefined;
    if (written === undefined) throw error;
    return written.counts(o.output.manifest);
  }
  const { tally } = o.read;
  const total = tally.succeeded + tally.failed + tally.retryable + tally.missing;
  invariant(
    total === o.part.records,
    `part ${o.part.part} of attempt ${o.part.attempt}: ${total} outcomes for ${o.part.records} records`,
  );
  tally.sortedRuns = o.writer.starts;
  return tally.counts(o.output.manifest);
}

/** The last run: the lines that are held, and the records that have none anywhere. */
async function writeRest({ collector, records, read, writer, document }: WriteInput): Promise<void> {
  const { tally, retry } = read;
  const prefix = recordPrefixBytes(document.recordPrefix);
  const missing = encodeOutcome({ id: recordId(document.recordPrefix, 0), status: 'missing' });
  writer.begin();
  for (let slot = 0; slot < records.slots; slot++) {
    if (records.isGap(slot)) continue;
    let line = missing;
    let start = 0;
    let length = missing.length;
    if (collector.has(slot)) {
      if (collector.isSuccess(slot)) tally.succeeded += 1;
      else if (retry[slot] === 1) tally.retryable += 1;
      else tally.failed += 1;
      length = collector.line(slot);
      line = collector.block;
      start = collector.at;
      // in a run that is written
      if (length === 0) continue;
    } else {
      tally.missing += 1;
      writeRecordId(prefix, records.ordinalAt(slot), missing, 7);
    }
    if (writer.put(slot, line, start, start + length)) continue;
    await writer.drain(length);
    writer.put(slot, line, start, start + length);
  }
}
