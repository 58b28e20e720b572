import { invariant, StateError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { schemaFields } from '../model/index.ts';
import {
  type CallOptions,
  dialectColumns,
  type ObjectInfo,
  type ResultRow,
  ResultStatus,
  type ResultTable,
  type ResultWriter,
  type RowReader,
} from '../ports/index.ts';
import {
  AnswerFields,
  emptyOutcomeSpans,
  isCutOff,
  keepsWholeOutput,
  type OutcomeSpans,
  OutcomeStatus,
  RECORD_ID_LENGTH,
  type RowBatch,
  recordPrefixBytes,
  writeRecordId,
} from '../record/index.ts';
import type { RunBody, RunDocument } from './document.ts';
import { FarOriginals } from './far-originals.ts';
import { type Originals, originalsOf } from './originals.ts';
import { OutcomeMerge } from './outcome-merge.ts';
import { type OpenRows, openPartRows } from './part-rows.ts';
import type { RunPorts } from './ports.ts';
import { fieldColumns, resultNames } from './result-names.ts';

/** What an export wrote. `rows` is always `succeeded + failed + rejected + pending`. */
export interface ExportCounts {
  readonly rows: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly rejected: number;
  readonly pending: number;
  /** Of the succeeded: cut off at the token limit. */
  readonly truncated: number;
}

/** Rows by their ordinals. */
export interface RowRange {
  readonly from: number;
  /** The one after the last. */
  readonly to: number;
}

export interface ExportInput extends CallOptions {
  readonly document: RunDocument;
  readonly run: RunBody;
  /** Parts of all generations. */
  readonly parts: readonly PartBody[];
  /** Written to and finished; aborted when the export fails. */
  readonly writer: ResultWriter;
  readonly openRows: OpenRows;
  /** Only rows from `from` on and before `to`; default all. For exports that several threads share. */
  readonly only?: RowRange;
  /** Called after each part with the rows written so far. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * Writes one row for each input row, in input order: the first success of a row, else the failure of its last attempt, else
 * `pending`. May be done at any time and again: it reads rows and outcomes, and changes nothing.
 */
export async function exportResults(
  ports: Pick<RunPorts, 'objects' | 'compression' | 'scratch'>,
  input: ExportInput,
): Promise<ExportCounts & { readonly file: ObjectInfo }> {
  const { document, run, writer, only, signal } = input;
  const { attempt, state } = run;
  const isOver = state === 'ended';
  const merged = { run: run.run, attempt, isOver, parts: input.parts, ...(only && { only }), signal };
  const merge = new OutcomeMerge(ports, merged);
  const far = document.dedupe === 'run' ? new FarOriginals(ports, merged) : undefined;
  const columns = columnsOf(document, run);
  const counts = [0, 0, 0, 0];
  const tally = { counts, truncated: 0 };
  const schema = document.request.schema?.schema;
  const fields = schema && new AnswerFields(schemaFields(schema).map(({ key }) => key));
  try {
    writer.begin(tableOf(document, columns));
    const own = firstParts(input.parts, only);
    let next = only === undefined ? 0 : (own[0]?.span?.from.ordinal ?? 0);
    for (const part of own) {
      const rows = await openPartRows(ports, { document, part, columns, openRows: input.openRows, signal });
      try {
        const originals = far ?? originalsOf(ports, { ...merged, part });
        next = await exportPart(rows, part, next, {
          merge,
          originals,
          writer,
          prefix: document.recordPrefix,
          tally,
          only,
          fields,
        });
      } finally {
        await rows.close();
      }
      input.onProgress?.(next);
    }
    // behind the last row nothing may follow: what is out of order would show here
    while (only === undefined && !merge.seek(Number.POSITIVE_INFINITY)) await merge.fill();
    const [succeeded, failed, rejected, pending] = counts as [number, number, number, number];
    const rows = counts.reduce((sum, count) => sum + count, 0);
    const total = { rows, succeeded, failed, rejected, pending, truncated: tally.truncated };
    checkCounts(run, total, next - (only?.from ?? 0), only === undefined);
    return { ...total, file: await writer.finish() };
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await merge.close();
    await far?.close();
  }
}

/** CSV has its header from the start; the columns of JSON Lines are known when all rows were seen. */
function columnsOf(document: RunDocument, run: RunBody): readonly string[] {
  const columns = dialectColumns(document.source.dialect) ?? run.columns;
  if (columns !== undefined) return columns;
  const message = `run ${run.run} is still being prepared, so not all of its columns are known`;
  throw new StateError('BR-E0207', message, {
    details: { run: run.run },
    hint: 'wait until it is prepared; batchrock status shows it',
  });
}

/** The columns of a run's results. Throws `BR-E0207` where those of its rows are not all known yet. */
export function resultTable(document: RunDocument, run: RunBody): ResultTable {
  return tableOf(document, columnsOf(document, run));
}

function tableOf({ source, model, request }: RunDocument, columns: readonly string[]): ResultTable {
  const { dialect } = source;
  if (keepsWholeOutput(request)) {
    const kind = request.given ? { given: true as const } : { openai: true as const };
    return { dialect, columns, names: resultNames(columns, 'model_output'), task: 'text', ...kind };
  }
  const { task } = model;
  const names = resultNames(columns, task === 'embedding' ? 'embedding' : 'response');
  if (request.schema === undefined) return { dialect, columns, names, task };
  return { dialect, columns, names, task, fields: fieldColumns(schemaFields(request.schema.schema), columns, names) };
}

function firstParts(parts: readonly PartBody[], only: RowRange | undefined): PartBody[] {
  const isWanted = ({ attempt, span }: PartBody) =>
    attempt === 1 && (only === undefined || span === undefined || (span.from.ordinal < only.to && span.to.ordinal > only.from));
  return parts.filter(isWanted).toSorted((a, b) => a.part - b.part);
}

interface PartExport {
  readonly merge: OutcomeMerge;
  /** Undefined for a part without duplicates. */
  readonly originals: Originals | FarOriginals | undefined;
  readonly writer: ResultWriter;
  readonly prefix: string;
  readonly tally: { readonly counts: number[]; truncated: number };
  readonly only?: RowRange;
  readonly fields: AnswerFields | undefined;
}

/** The ordinal after the part's last row. */
async function exportPart(rows: RowReader, part: PartBody, first: number, o: PartExport): Promise<number> {
  const { merge, writer, tally } = o;
  const prefix = recordPrefixBytes(o.prefix);
  const result: ResultRow = {
    status: ResultStatus.pending,
    recordId: new Uint8Array(RECORD_ID_LENGTH),
    outcome: emptyOutcomeSpans(),
  };
  const from = o.only?.from ?? 0;
  const to = o.only?.to ?? Number.POSITIVE_INFINITY;
  let ordinal = first;
  invariant(part.span?.from.ordinal === first, `part ${part.part} begins at row ${part.span?.from.ordinal}, not at row ${first}`);
  for (let batch: RowBatch | undefined = await rows.next(); batch !== undefined; batch = await rows.next()) {
    if (ordinal >= to) return ordinal;
    // rows of the part that are another's come and go unread
    const skipped = Math.min(batch.count, Math.max(0, from - ordinal));
    ordinal += skipped;
    for (let row = skipped; row < batch.count && ordinal < to; row++) {
      while (!merge.seek(ordinal)) await merge.fill();
      let { outcome } = merge;
      if (outcome?.status === OutcomeStatus.duplicate) {
        invariant(o.originals !== undefined, `row ${ordinal} is a duplicate in part ${part.part}, which has none`);
        while (!o.originals.seek(outcome.of)) await o.originals.fill(ordinal);
        ({ outcome } = o.originals);
      }
      writeRecordId(prefix, ordinal, result.recordId, 0);
      result.status = statusOf(outcome);
      if (outcome !== undefined) result.outcome = outcome;
      if (o.fields !== undefined && result.status === ResultStatus.succeeded) result.fields = o.fields.read(result.outcome);
      while (!writer.write(batch, row, result)) await writer.drain();
      tally.counts[result.status]! += 1;
      if (result.status === ResultStatus.succeeded && isCutOff(result.outcome)) tally.truncated += 1;
      ordinal += 1;
    }
  }
  const expected = Math.min(to, part.span.to.ordinal);
  invariant(ordinal === expected, `part ${part.part} has rows up to ${ordinal}, its span up to ${expected}`);
  return ordinal;
}

function statusOf(outcome: OutcomeSpans | undefined): ResultStatus {
  switch (outcome?.status) {
    case OutcomeStatus.succeeded:
      return ResultStatus.succeeded;
    case OutcomeStatus.failed:
      return ResultStatus.failed;
    case OutcomeStatus.rejected:
      return ResultStatus.rejected;
    default:
      return ResultStatus.pending;
  }
}

/** Every row ends in exactly one outcome: checked on each export. `rows` were read. */
function checkCounts(run: RunBody, counts: ExportCounts, rows: number, isWhole: boolean): void {
  invariant(counts.rows === rows, `${rows} rows and ${counts.rows} outcomes`);
  invariant(!isWhole || run.rows === undefined || run.rows === rows, `${rows} rows exported, ${run.rows} in the run`);
  invariant(run.state !== 'ended' || counts.pending === 0, `${counts.pending} rows are open in a run that has ended`);
}
