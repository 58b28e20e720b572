import { type Answerer, bodyShapeOf } from '../answers/index.ts';
import { shareDone } from '../faults/index.ts';
import { hashUnit } from '../seeded.ts';
import type { ObjectStorage } from '../storage/index.ts';
import { answerRecord, type RecordResult } from './answer-record.ts';
import { findInput } from './input-files.ts';
import type { Job, RecordCounts } from './job.ts';
import { createOutputWriter, type OutputWriter } from './output-writer.ts';
import { readLines } from './read-lines.ts';
import { createTurnTaker } from './turn.ts';

/** What a run of a job's records is told while it runs. */
export interface RunControl {
  /** Undefined when the n-th record (from 0) may be processed now; else resolves when to ask again. */
  pace(record: number): Promise<void> | undefined;
  /** Records that are processed at most; the run then ends early. */
  cut(): number;
  onProgress(counts: RecordCounts): void;
  readonly signal: AbortSignal;
}

/** The records of a job, processed: its output is written and not yet to be seen. */
export interface FinishedRun {
  readonly counts: RecordCounts;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Not every record was processed. */
  readonly partial: boolean;
  /** Makes the output visible. */
  commit(): Promise<void>;
  /** Drops it. */
  abort(): Promise<void>;
}

/**
 * Processes the records of a job from the first on. The same job ends in the same bytes however often this is done: the
 * answers, the faults and the order of the output depend on the job alone. Rejects when the input or the output cannot be
 * reached, or when it is aborted.
 */
export async function runRecords(
  job: Job,
  storage: ObjectStorage,
  answerer: Answerer,
  control: RunControl,
): Promise<FinishedRun> {
  const files = await findInput(storage, job.input);
  if ('problem' in files) throw new Error(files.problem);
  const tally = createTally(job, control);
  const writers: OutputWriter[] = [];
  try {
    for (const file of files) {
      const folder = job.output.key === '' ? '' : `${job.output.key}/`;
      const key = `${folder}${job.jobId}/${file.name}`;
      const writer = createOutputWriter({
        storage,
        bucket: job.output.bucket,
        key,
        files: job.faults.outputFiles,
        seed: job.jobId,
      });
      writers.push(writer);
      await runFile(file.key, job, storage, answerer, control, tally, writer);
      await writer.finish();
    }
  } catch (error) {
    for (const writer of writers) await writer.abort();
    throw error;
  }
  return {
    ...tally.sums(),
    async commit() {
      for (const writer of writers) await writer.commit();
    },
    async abort() {
      for (const writer of writers) await writer.abort();
    },
  };
}

/** Counts records over all files of a run. */
interface Tally {
  readonly taken: () => number;
  readonly take: () => number;
  readonly skip: () => void;
  readonly add: (result: RecordResult) => void;
  readonly sums: () => Pick<FinishedRun, 'counts' | 'inputTokens' | 'outputTokens' | 'partial'>;
}

function createTally(job: Job, control: RunControl): Tally {
  let taken = 0;
  let skipped = 0;
  let processed = 0;
  let succeeded = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  const counts = (): RecordCounts => ({ total: job.counts.total, processed, succeeded, failed: processed - succeeded });
  return {
    taken: () => taken,
    take: () => taken++,
    skip: () => {
      skipped += 1;
      taken += 1;
    },
    add(result) {
      processed += 1;
      if (result.succeeded) succeeded += 1;
      inputTokens += result.inputTokens;
      outputTokens += result.outputTokens;
      if (processed % 64 === 0) control.onProgress(counts());
    },
    sums: () => ({ counts: counts(), inputTokens, outputTokens, partial: skipped > 0 || processed < job.counts.total }),
  };
}

async function runFile(
  key: string,
  job: Job,
  storage: ObjectStorage,
  answerer: Answerer,
  control: RunControl,
  tally: Tally,
  writer: OutputWriter,
): Promise<void> {
  const opened = await storage.open(job.input.bucket, key, { signal: control.signal });
  if (opened === undefined) throw new Error(`The input file ${key} was removed.`);
  const shape = bodyShapeOf(job.baseModelId, job.invocationType);
  const turn = createTurnTaker();
  const share = shareDone(job.faults, job.jobName);
  const open: Promise<RecordResult>[] = [];
  const settle = (result: RecordResult): Promise<void> | undefined => {
    tally.add(result);
    if (result.line === undefined) return undefined;
    return result.copies === 1 ? writer.write(result.line) : writeTwice(writer, result.line);
  };

  reading: for await (const lines of readLines(opened.body)) {
    for (const line of lines) {
      if (tally.taken() >= control.cut()) break reading;
      for (let wait = control.pace(tally.taken()); wait !== undefined; wait = control.pace(tally.taken())) {
        await wait;
        control.signal.throwIfAborted();
        if (tally.taken() >= control.cut()) break reading;
      }
      if (share < 1 && isLeftOver(job, tally.taken(), share)) {
        tally.skip();
        continue;
      }
      const result = answerRecord(line, tally.take(), job, shape, answerer, control.signal);
      if (result instanceof Promise) open.push(result);
      else {
        const written = settle(result);
        if (written !== undefined) await written;
      }
      while (open.length >= answerer.concurrency && open.length > 0) await settle(await open.shift()!);
      if (turn.isDue()) await turn.rest();
      control.signal.throwIfAborted();
    }
  }
  for (const result of open) await settle(await result);
}

async function writeTwice(writer: OutputWriter, line: string): Promise<void> {
  await writer.write(line);
  await writer.write(line);
}

/** Which records a job that ends early by a fault has not processed: any of them, not only the last. */
function isLeftOver(job: Job, ordinal: number, share: number): boolean {
  return hashUnit(`${job.faults.seed}/left/${job.jobName}/${ordinal}`) >= share;
}
