import {
  encodeOutcome,
  encodeRejectedOutcome,
  type ObjectInfo,
  type OpenRows,
  type Outcome,
  objectKeys,
  type PartBody,
  REJECT_CODES,
  type ReadPosition,
  RejectReason,
  type RowReader,
  type RunBody,
  type RunDocument,
  recordId,
} from '@batchrock/core';
import { openCsv, openJsonl } from '@batchrock/formats';
import { bytesSource } from '../memory/index.ts';
import { endedPart, wayBackDocument, wayBackPorts, wayBackRun } from './documents.ts';
import { putJobInput } from './output.ts';

export interface DatasetOptions {
  readonly format: 'csv' | 'jsonl';
  readonly bytes: Uint8Array;
  /** Rows a part; default all. */
  readonly partRows?: number;
  /** What became of a row that was sent; undefined for a part that is not collected, which then has none at all. */
  readonly outcome?: (ordinal: number) => OutcomeOf | undefined;
  /** The row of the same part whose outcome a row has, which is not sent then; undefined for one that is. */
  readonly duplicateOf?: (ordinal: number) => number | undefined;
  readonly family?: string;
  /** The rows are records as they are given. */
  readonly given?: true;
  readonly run?: Partial<RunBody>;
}

/** An outcome without its id. */
export type OutcomeOf = Outcome extends infer Each ? (Each extends unknown ? Omit<Each, 'id'> : never) : never;

/** A run whose first attempt has been sent: rows, rejected rows and outcomes lie in the store. */
export interface DatasetWorld {
  readonly ports: ReturnType<typeof wayBackPorts>;
  readonly document: RunDocument;
  readonly run: RunBody;
  readonly parts: readonly PartBody[];
}

/** Opens rows from their middle, as the composition root does. */
export const openRows: OpenRows = (source, dialect, from) =>
  dialect.format === 'csv' ? openCsv(source, { dialect, from, readsAhead: true }) : openJsonl(source, { from, readsAhead: true });

/** Cuts a dataset into parts and keeps rows and outcomes as a run does. */
export async function datasetWorld(options: DatasetOptions): Promise<DatasetWorld> {
  const ports = wayBackPorts();
  const source = bytesSource(options.bytes);
  const reader = options.format === 'csv' ? await openCsv(source) : await openJsonl(source);
  const plain = wayBackDocument({ dialect: reader.dialect, ...(options.family && { family: options.family }) });
  const document: RunDocument = options.given ? { ...plain, request: { params: {}, given: true } } : plain;
  const rows = await readAll(reader);
  const size = options.partRows ?? Math.max(1, rows.starts.length);
  const parts: PartBody[] = [];
  for (let first = 0; first < rows.starts.length; first += size) {
    const last = Math.min(first + size, rows.starts.length);
    const from = rows.starts[first]!;
    const to = rows.starts[last] ?? rows.end;
    const part = parts.length;
    ports.objects.put(objectKeys.rows(document.run, part, options.format, ''), options.bytes.subarray(from.byte, to.byte));
    const rejected = rows.rejects.filter(({ ordinal }) => ordinal >= first && ordinal < last);
    const rejects = new Map(rejected.map((each) => [each.ordinal, each]));
    const idOf = (ordinal: number): string => recordId(document.recordPrefix, ordinal);
    const unsent: Uint8Array[] = [];
    const sent: number[] = [];
    for (let ordinal = first; ordinal < last; ordinal++) {
      const reject = rejects.get(ordinal);
      const of = options.duplicateOf?.(ordinal);
      if (reject !== undefined) unsent.push(encodeRejectedOutcome({ ...reject, id: idOf(ordinal) }));
      else if (of !== undefined) unsent.push(encodeOutcome({ id: idOf(ordinal), status: 'duplicate', of: idOf(of) }));
      else sent.push(ordinal);
    }
    putLines(ports, objectKeys.outcomes(document.run, 0, part), unsent);
    const outcomes = sent.map((ordinal) => ({ ordinal, what: options.outcome?.(ordinal) }));
    const isCollected = outcomes.every(({ what }) => what !== undefined);
    if (isCollected) {
      const lines = outcomes.map(({ ordinal, what }) =>
        encodeOutcome({ id: recordId(document.recordPrefix, ordinal), ...(what as OutcomeOf) } as Outcome),
      );
      putLines(ports, objectKeys.outcomes(document.run, 1, part), lines);
    }
    const body = endedPart(document, {
      part,
      records: sent.length,
      rejected: rejected.length,
      duplicates: unsent.length - rejected.length,
      span: { from, to },
      firstOrdinal: first,
      lastOrdinal: last - 1,
      state: isCollected ? 'collected' : 'submitted',
    });
    putJobInput(ports.objects, body, document.recordPrefix, sent);
    parts.push(body);
  }
  const run = wayBackRun(document, {
    columns: rows.columns,
    rows: rows.starts.length,
    rejected: rows.rejects.length,
    parts: [parts.length],
    ...options.run,
  });
  return { ports, document, run, parts };
}

function putLines(ports: ReturnType<typeof wayBackPorts>, key: string, lines: readonly Uint8Array[]): void {
  if (lines.length > 0) ports.objects.put(key, new Uint8Array(Buffer.concat(lines)));
}

interface Reject {
  readonly ordinal: number;
  readonly code: string;
  readonly message: string;
  readonly line: number;
}

async function readAll(reader: RowReader) {
  const starts: ReadPosition[] = [];
  const rejects: Reject[] = [];
  for (let batch = await reader.next(); batch; batch = await reader.next()) {
    for (let row = 0; row < batch.count; row++) {
      const ordinal = starts.length;
      const line = batch.line[row] as number;
      starts.push({ byte: batch.offset + (batch.rowStart[row] as number), line, ordinal });
      const reason = batch.reject[row] as number;
      if (reason === RejectReason.none) continue;
      const { why, beyond } = reader.explainReject(row);
      rejects.push({
        ordinal,
        line,
        code: REJECT_CODES[reason] as string,
        message: `line ${line}: ${why}${beyond === undefined ? '' : `; beyond the header: ${beyond}`}`,
      });
    }
  }
  const { byte, line } = reader.position;
  const end: ReadPosition = { byte, line, ordinal: starts.length };
  await reader.close();
  return { starts, end, rejects, columns: reader.columns };
}

/** The text of an exported file. */
export function exported(world: DatasetWorld, file: ObjectInfo): string {
  return world.ports.objects.text(file.key) as string;
}
