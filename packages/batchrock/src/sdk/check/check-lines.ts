import {
  pathInLine,
  REJECT_CODES,
  RejectReason,
  type RowBatch,
  type RowReader,
  rejectMessage,
  rowValue,
  type Source,
  type TranslatedLine,
  translateLine,
} from '@batchrock/core';
import type { CheckedQuestion } from '../../request/question.ts';
import type { LineSchemas } from './line-schemas.ts';
import type { LinesTogether } from './lines-together.ts';
import { type CheckedRow, errorAt, type RowProblem } from './row-problem.ts';

/** What the lines of an OpenAI batch file are checked by. */
export interface LineChecks {
  readonly sources: readonly Source[];
  /** Who a parsed line asks. */
  readonly questionOf: (line: unknown) => Pick<CheckedQuestion, 'model' | 'request'>;
  /** What a parsed line is taken for. */
  readonly lineOf: (value: unknown) => unknown;
  readonly together: LinesTogether;
  readonly schemas: LineSchemas;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Checks a line, and writes its requests as records that are known by its `custom_id`. */
export function checkLine(reader: RowReader, batch: RowBatch, row: number, checks: LineChecks): CheckedRow {
  const { sources, together, schemas } = checks;
  if (batch.reject[row] !== RejectReason.none) {
    const code = REJECT_CODES[batch.reject[row] as number] ?? 'bad_row';
    const message = rejectMessage(reader.explainReject(row));
    return { problems: [errorAt(sources, batch, row, { code, path: '', message })], records: [] };
  }
  const line = checks.lineOf(rowValue(decoder, batch, row));
  const { model, request } = checks.questionOf(line);
  const ask = request.openai ?? { onUnsupported: 'error' };
  const translated = translateLine(line, { ...model, ...ask });
  const { read, bodies } = translated;
  const errors = [...translated.problems, ...schemas(read), ...together.problems(read, batch.line[row] as number)];
  const records = recordsOf(read.customId ?? '', bodies);
  const size = Math.max(0, ...records.map((record) => Buffer.byteLength(record)));
  const most = model.limits.maxRecordBytes;
  if (size > most) {
    errors.push({
      code: 'record_too_large',
      path: 'body',
      message: `its record has ${size} bytes, and ${most} are sent at most`,
    });
  }
  const problems = errors.map((problem) => errorAt(sources, batch, row, problem));
  if (ask.onUnsupported !== 'drop') problems.push(...warnings(translated, sources, batch, row));
  return { problems, records: errors.length > 0 ? [] : records };
}

function recordsOf(customId: string, bodies: TranslatedLine['bodies']): readonly string[] {
  return bodies.map((modelInput, i) => {
    const recordId = bodies.length === 1 ? customId : `${customId}#${i}`;
    return `${JSON.stringify({ recordId, modelInput })}\n`;
  });
}

function warnings({ read, passed }: TranslatedLine, sources: readonly Source[], batch: RowBatch, row: number): RowProblem[] {
  const { endpoint } = read;
  if (endpoint === undefined) return [];
  return passed.map(({ code, path, message }) => ({
    ...errorAt(sources, batch, row, { code, path: pathInLine(path, endpoint), message }),
    level: 'warning',
  }));
}
