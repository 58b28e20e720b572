import type { JobCounts } from '@batchrock/core';
import { type Place, placeOfOne } from './fate.ts';
import { hashText, type Rng } from './random.ts';
import type { World } from './world.ts';

/** One record of a job's input. */
export interface InputRecord {
  readonly file: string;
  readonly recordId: string;
  readonly modelInput: unknown;
  readonly text: string;
}

/** What a job made of a record. `answer` is what the results must show when it is the first success. */
export type RecordResult =
  | { readonly kind: 'succeeded'; readonly answer: string }
  | { readonly kind: 'failed'; readonly code: number; readonly permanent: boolean }
  | { readonly kind: 'missing' };

/** Rows with this in their text fail for good, whatever job they are in. */
export const POISON = 'poison';

/** Reads the input files of a job; throws `SyntaxError` on what is no record. */
export function readInput(files: readonly { readonly name: string; readonly text: string }[]): InputRecord[] {
  return files.flatMap(({ name, text }) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const { recordId, modelInput } = JSON.parse(line) as { recordId: string; modelInput: unknown };
        return { file: name, recordId, modelInput, text: userText(modelInput) };
      }),
  );
}

/** What a record asks. */
export function userText(modelInput: unknown): string {
  const { messages } = modelInput as { messages: { content: { text: string }[] }[] };
  return messages[0]!.content[0]!.text;
}

/** The answer to a text: the same text always begins it, the job ends it. */
function answerTo(text: string, jobName: string): string {
  return `answer ${hashText(text).toString(16)} of ${jobName}`;
}

/** What a job would make of each record, in the order in which it takes them. How far it gets is told by its life. */
export interface JobWork {
  readonly order: readonly InputRecord[];
  readonly ifDone: ReadonlyMap<string, RecordResult>;
}

/** Draws the work of a job. */
export function drawWork(world: World, rng: Rng, records: readonly InputRecord[], job: Place): JobWork {
  const order = shuffled(rng, records);
  return { order, ifDone: new Map(order.map((record) => [record.recordId, drawResult(world, rng, record, job)])) };
}

/** What becomes of every record when a share of them is done. */
export function resultsOf(work: JobWork, doneShare: number): Map<string, RecordResult> {
  const done = doneCount(work, doneShare);
  return new Map(
    work.order.map(({ recordId }, i) => [recordId, i < done ? work.ifDone.get(recordId)! : { kind: 'missing' as const }]),
  );
}

/** The records that are done when a share of the work is. */
export function doneCount(work: JobWork, doneShare: number): number {
  return Math.floor(work.order.length * doneShare);
}

function drawResult({ fate, faults }: World, rng: Rng, record: InputRecord, job: Place): RecordResult {
  const { recordId, text } = record;
  const at = placeOfOne(job.what, `record ${recordId}`);
  const code = rng.pick([429, 500, 503]);
  if (fate.strikes('no line', faults.missingRecordRate, at)) return { kind: 'missing' };
  if (text.includes(POISON)) return { kind: 'failed', code: 400, permanent: true };
  if (fate.strikes('record fails', faults.failedRecordRate, at)) return { kind: 'failed', code, permanent: false };
  return { kind: 'succeeded', answer: answerTo(text, job.what) };
}

/** Who writes an output file, and what of it. */
interface OutputFile {
  readonly job: Place;
  readonly records: readonly InputRecord[];
  readonly results: ReadonlyMap<string, RecordResult>;
}

/** The lines of one output file: shuffled, some twice, some rubbish between them. */
export function outputLines({ fate, faults }: World, rng: Rng, { job, records, results }: OutputFile): string[] {
  const lines: string[] = [];
  for (const record of shuffled(rng, records)) {
    const line = outputLine(rng, record, results.get(record.recordId)!);
    if (line === undefined) continue;
    lines.push(line);
    const at = placeOfOne(job.what, `output of ${record.recordId}`);
    if (fate.strikes('line twice', faults.duplicateLineRate, at)) lines.splice(rng.int(0, lines.length), 0, line);
    if (fate.strikes('broken line', faults.brokenLineRate, at)) lines.splice(rng.int(0, lines.length), 0, brokenLine(rng, line));
  }
  return lines;
}

function outputLine(rng: Rng, record: InputRecord, result: RecordResult): string | undefined {
  const { recordId, modelInput } = record;
  const error = (code: number): object => ({ errorCode: rng.chance(0.5) ? code : String(code), errorMessage: `error ${code}` });
  if (result.kind === 'missing') return undefined;
  const tail = result.kind === 'succeeded' ? { modelOutput: modelOutput(result.answer) } : { error: error(result.code) };
  return JSON.stringify(rng.chance(0.8) ? { recordId, modelInput, ...tail } : { ...tail, modelInput, recordId });
}

/** An answer as the model gives it. */
export function modelOutput(text: string, id = 'msg_sim'): object {
  return {
    id,
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 11, output_tokens: 7 },
  };
}

function brokenLine(rng: Rng, line: string): string {
  return rng.pick(['', '{}', '{"recordId":"zz00000zz00","modelOutput":{}}', line.slice(0, rng.int(1, line.length - 1)), 'null']);
}

function shuffled<T>(rng: Rng, items: readonly T[]): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = rng.int(0, i);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** The counts of a job that has ended. */
export function tally(results: ReadonlyMap<string, RecordResult>): JobCounts {
  const kinds = [...results.values()].map((result) => result.kind);
  const succeeded = kinds.filter((kind) => kind === 'succeeded').length;
  const failed = kinds.filter((kind) => kind === 'failed').length;
  return { total: kinds.length, processed: succeeded + failed, succeeded, failed };
}
