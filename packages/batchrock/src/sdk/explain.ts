import {
  countSharing,
  findRowPlace,
  isBatchrockError,
  jobSpec,
  type Outcome,
  objectKeys,
  ordinalOf,
  type PartBody,
  parseOutcome,
  partId,
  RECORD_ID_LENGTH,
  type RunDocument,
  type RunReading,
  readRun,
  recordId,
  StateError,
  tokenCost,
} from '@batchrock/core';
import type { Connection } from '../compose/connection.ts';
import { keptRowsOf } from '../request/kept-rows.ts';
import { findLine } from './find-line.ts';

/** The whole life of a part's job. */
export interface PartLife {
  readonly attempt: number;
  readonly part: number;
  readonly state: string;
  readonly rows: { readonly first: number; readonly last: number };
  readonly records: number;
  readonly sentinels: number;
  /** Rows that are not sent and have the outcomes of its records. */
  readonly duplicates: number;
  /** Rows that are not sent and have answers of other runs. */
  readonly cached: number;
  readonly jobName: string;
  readonly jobArn: string | undefined;
  readonly jobStatus: string | undefined;
  readonly jobMessage: string | undefined;
  /** The part that it is a piece of, as `00007-1`, and what the job of that one said when it failed before it had processed a record. */
  readonly pieceOf?: { readonly part: string; readonly jobMessage: string | undefined };
  readonly inputUri: string;
  readonly outputUri: string;
  readonly outcomesUri: string;
  /** USD by batch inference, what its answers have cost, or would on Bedrock; undefined while that, or the price, is not known. */
  readonly batchUsd: number | undefined;
}

/** What happened to a record in one attempt. */
export interface RecordLife {
  readonly in: PartLife;
  /** Undefined while the job is under way. */
  readonly outcome: Outcome | undefined;
  /** USD by batch inference; undefined where nothing was answered, or the price is not known. */
  readonly batchUsd: number | undefined;
  /** It was not sent: the answer is one that another run has paid for. */
  readonly isCached?: true;
}

/** The answer to `explain`. */
export type Explanation = {
  /** No model has seen the rows: costs are what they would be on Bedrock. */
  readonly synthetic: boolean;
} & (
  | {
      readonly kind: 'row';
      readonly row: number;
      /** 1-based, in its file (Parquet: the row of the file); undefined while the run is prepared and its part is not there. */
      readonly line: number | undefined;
      /** The file, as the dataset names it. */
      readonly file: string;
      readonly recordId: string;
      /** It was not sent, because this row, a 1-based number, asks for the same: the lives are those of its record. */
      readonly duplicateOf?: number;
      readonly lives: readonly RecordLife[];
    }
  | { readonly kind: 'part'; readonly lives: readonly PartLife[] }
);

/**
 * Tells the whole life of a row (its 1-based number), a record (its id), a part (`7`'s name is `00007-1`) or a job (id, ARN
 * or name). Throws `BR-E0206` when the run has no such thing.
 */
export async function explain(connection: Connection, run: string, what: string): Promise<Explanation> {
  const { ports } = connection;
  const reading = await readRun(ports, run);
  if (reading === undefined) throw new StateError('BR-E0201', `no run ${run} in this ledger`, { details: { run } });
  const ordinal = ordinalFrom(what, reading);
  if (ordinal !== undefined) return explainRow(connection, reading, ordinal);
  const parts = reading.parts.filter((part) => isNamed(part, what));
  const { document } = reading;
  const { synthetic } = document;
  if (parts.length > 0) {
    const lives = await Promise.all(parts.map((part) => lifeOf(connection, reading, part)));
    return { synthetic, kind: 'part', lives };
  }
  throw notFound(what, reading);
}

/** The row that is meant; undefined when it is no row that is. */
function ordinalFrom(what: string, { run, document }: RunReading): number | undefined {
  if (/^\d{1,10}$/.test(what.replaceAll(',', ''))) {
    const row = Number(what.replaceAll(',', ''));
    if (row >= 1 && (run.rows === undefined || row <= run.rows)) return row - 1;
    throw new StateError('BR-E0206', `row ${what}: run ${run.run} has rows 1 to ${run.rows}`, { details: { run: run.run } });
  }
  if (what.length !== RECORD_ID_LENGTH || !what.startsWith(document.recordPrefix)) return undefined;
  const ordinal = ordinalAt(what);
  return ordinal >= 0 && (run.rows === undefined || ordinal < run.rows) ? ordinal : undefined;
}

function isNamed(part: PartBody, what: string): boolean {
  return [partId(part.attempt, part.part), part.jobName, part.jobArn, part.jobId, part.jobArn?.split('/').at(-1)].includes(what);
}

async function explainRow(connection: Connection, reading: RunReading, ordinal: number): Promise<Explanation> {
  const { document } = reading;
  const place = await placeOf(connection, reading, ordinal);
  const file = document.source.files[place?.source ?? 0]?.name ?? document.source.name;
  const id = recordId(document.recordPrefix, ordinal);
  const own = await livesOf(connection, reading, id);
  const outcome = own[0]?.outcome;
  const of = outcome?.status === 'duplicate' ? outcome.of : undefined;
  const lives = of === undefined ? own : await livesOf(connection, reading, of);
  const what = { row: ordinal + 1, line: place?.line, file, recordId: id, lives };
  return { synthetic: document.synthetic, kind: 'row', ...what, ...(of !== undefined && { duplicateOf: 1 + ordinalAt(of) }) };
}

function ordinalAt(id: string): number {
  return ordinalOf(new TextEncoder().encode(id), 0);
}

/** What happened to a record in each attempt. */
async function livesOf(connection: Connection, reading: RunReading, id: string): Promise<readonly RecordLife[]> {
  const { document, parts } = reading;
  const ordinal = ordinalAt(id);
  const lives: RecordLife[] = [];
  for (const part of parts.filter((each) => ordinal >= each.firstOrdinal && ordinal <= each.lastOrdinal)) {
    const life = await lifeOf(connection, reading, part);
    const found = await outcomeOf(connection, part, id);
    const isCached = found?.attempt === 0 && found.outcome.status === 'succeeded';
    if (isCached) lives.push({ in: life, outcome: found.outcome, batchUsd: 0, isCached });
    else if (found !== undefined) lives.push({ in: life, outcome: found.outcome, batchUsd: costOf(document, found.outcome) });
    else if (part.state !== 'collected' && (part.attempt === 1 || (await isInInput(connection, part, id)))) {
      lives.push({ in: life, outcome: undefined, batchUsd: undefined });
    }
  }
  return lives;
}

async function placeOf({ ports }: Connection, { document, run, parts }: RunReading, ordinal: number) {
  const isIts = (part: PartBody) => part.span !== undefined && ordinal >= part.firstOrdinal && ordinal <= part.lastOrdinal;
  const part = parts.find(isIts);
  if (part === undefined) return undefined;
  try {
    return await findRowPlace(ports, { document, run, part, ordinal, openRows: keptRowsOf(document) });
  } catch (error) {
    // what became of a row can be told without the rows
    if (isBatchrockError(error) && error.code === 'BR-E0208') return undefined;
    throw error;
  }
}

/** The record's outcome in the part's attempt, or among the rows of the part that were never sent. */
async function outcomeOf(
  { ports }: Connection,
  part: PartBody,
  id: string,
): Promise<{ readonly attempt: number; readonly outcome: Outcome } | undefined> {
  const start = new TextEncoder().encode(`{"id":"${id}"`);
  const attempts = part.attempt === 1 ? [0, part.attempt] : [part.attempt];
  // of several sorted runs the last one that has a line of the record
  const which = (part.collected?.sortedRuns?.length ?? 0) > 1 ? 'last' : 'first';
  for (const attempt of attempts) {
    const line = await findLine(ports.objects, objectKeys.outcomes(part.run, attempt, part.part), start, which);
    if (line !== undefined) return { attempt, outcome: parseOutcome(line) };
  }
  return undefined;
}

async function isInInput({ ports }: Connection, part: PartBody, id: string): Promise<boolean> {
  const start = new TextEncoder().encode(`{"recordId":"${id}"`);
  for (let file = 0; file < part.files; file++) {
    if (await findLine(ports.objects, objectKeys.inputFile(part.run, part.attempt, part.part, file), start)) return true;
  }
  return false;
}

/** Where all rows of a run are compared, those that have the outcomes of a part's records may stand anywhere. */
async function duplicatesOf({ ports }: Connection, { document, run }: RunReading, part: PartBody): Promise<number> {
  if (document.dedupe !== 'run' || part.attempt > 1 || part.records === 0) return part.duplicates ?? 0;
  return run.state === 'preparing' ? 0 : countSharing(ports, part);
}

async function lifeOf(connection: Connection, reading: RunReading, part: PartBody): Promise<PartLife> {
  const { ports } = connection;
  const { document } = reading;
  const spec = jobSpec(document, part);
  return {
    attempt: part.attempt,
    part: part.part,
    state: part.state,
    rows: { first: part.firstOrdinal + 1, last: part.lastOrdinal + 1 },
    records: part.records,
    sentinels: part.onDemand ? 0 : part.sentinels,
    duplicates: await duplicatesOf(connection, reading, part),
    cached: part.cached?.rows ?? 0,
    jobName: part.jobName,
    jobArn: part.jobArn,
    jobStatus: part.jobStatus,
    jobMessage: part.jobMessage,
    ...(part.pieceOf !== undefined && { pieceOf: brokenPart(reading, part.pieceOf) }),
    inputUri: spec.inputUri,
    outputUri: spec.outputUri,
    outcomesUri: `${ports.objects.uri}/${objectKeys.outcomes(part.run, part.attempt, part.part)}`,
    batchUsd: priced(part, tokenCost(document.model.price, part.collected?.inputTokens, part.collected?.outputTokens)),
  };
}

function brokenPart({ parts }: RunReading, name: string): NonNullable<PartLife['pieceOf']> {
  return { part: name, jobMessage: parts.find(({ attempt, part }) => partId(attempt, part) === name)?.jobMessage };
}

/** What a part was paid: of one that was asked for on demand, the full price. */
function priced({ onDemand }: PartBody, cost: ReturnType<typeof tokenCost>): number | undefined {
  return onDemand ? cost?.onDemandUsd : cost?.batchUsd;
}

function costOf({ model }: RunDocument, outcome: Outcome): number | undefined {
  if (outcome.status !== 'succeeded') return undefined;
  return tokenCost(model.price, outcome.inputTokens, outcome.outputTokens)?.batchUsd;
}

function notFound(what: string, { run, document }: RunReading): StateError {
  return new StateError('BR-E0206', `run ${run.run} has no row, record, part or job ${JSON.stringify(what)}`, {
    hint: `rows are 1 to ${run.rows ?? '?'}, records begin with ${document.recordPrefix}, parts are named like 00000-1`,
    details: { run: run.run },
  });
}
