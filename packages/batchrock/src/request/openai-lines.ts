import {
  copyOf,
  cutLine,
  hasTools,
  InputError,
  looksLikeOpenAi,
  type OpenAiRead,
  type RowBatch,
  readOpenAiLine,
  rowValue,
  type Source,
  type TranslatedLine,
  type TranslateOptions,
  translateLine,
  type UnsupportedCount,
  UnsupportedCounts,
} from '@batchrock/core';
import type { DatasetOptions } from './dataset-files.ts';
import { hashOf, IdSet } from './id-set.ts';
import { type PassOptions, rowBatches } from './row-batches.ts';

/** Rows that are looked at, if there are so many. */
const LOOKED_AT_ROWS = 1000;

/** Something that stands in several lines, with the first of them. */
export interface LinesWith {
  readonly lines: number;
  /** 1-based. */
  readonly firstLine: number;
}

/** `in line 3`, `in 5 lines from line 3`. */
export function linesFrom({ lines, firstLine }: LinesWith): string {
  return lines === 1 ? `in line ${firstLine}` : `in ${lines} lines from line ${firstLine}`;
}

/** Lines for one model. */
export interface LinesOfModel extends LinesWith {
  /** Of these, with tools in them. */
  readonly withTools: number;
}

/** What the lines of an OpenAI batch file ask for, all in all. */
export interface OpenAiScan {
  /** Lines that can be sent, as far as they themselves say. */
  readonly sound: number;
  /** Conversations with tools in them. */
  readonly withTools: number;
  readonly embeddings: number;
  readonly conversations: number;
  /** Models that lines name, by name. */
  readonly models: ReadonlyMap<string, LinesOfModel>;
  /** Lines that could be sent and name no model. */
  readonly withoutModel: LinesOfModel | undefined;
  /** Lines that ask for several answers. */
  readonly several: number;
  /** Hashes of ids that stand in several lines, or seem to: two that differ may have the same hash. */
  readonly repeated: ReadonlySet<number>;
  /** JSON schemas that lines ask for, as JSON, each with the first of its lines; of very many the first ones. */
  readonly schemas: ReadonlyMap<string, number>;
  /** As `countPassed` gives it, for the translation that the scan was given; none without one. */
  readonly passed: readonly UnsupportedCount[];
}

/** How lines are scanned. */
export interface ScanOptions extends PassOptions {
  /** Who is probably asked: what it would not be told as it stands is counted on the way. */
  readonly translation?: TranslateOptions | undefined;
}

/** True when the first rows that can be read all have a `custom_id` and a `body`. Throws what the readers throw. */
export async function areOpenAiLines(sources: readonly Source[], how: DatasetOptions, signal?: AbortSignal): Promise<boolean> {
  let rows = 0;
  let isOther = false;
  await eachRow(sources, how, { signal }, (value) => {
    if (value !== undefined) {
      rows += 1;
      isOther = !looksLikeOpenAi(value);
    }
    return !isOther && rows < LOOKED_AT_ROWS;
  });
  return rows > 0 && !isOther;
}

/** The first line that has no `custom_id` or no `body`, where others of the first rows have both. */
export async function lineUnlikeOpenAi(
  sources: readonly Source[],
  how: DatasetOptions,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let rows = 0;
  let alike = 0;
  let other: number | undefined;
  await eachRow(sources, how, { signal }, (value, line) => {
    if (looksLikeOpenAi(value)) alike += 1;
    else if (value !== undefined) other ??= line;
    return ++rows < LOOKED_AT_ROWS;
  });
  return alike > 0 ? other : undefined;
}

/** Reads all lines once, before anything is decided by them. */
export async function scanOpenAi(
  sources: readonly Source[],
  how: DatasetOptions,
  options: ScanOptions = {},
): Promise<OpenAiScan> {
  const ids = new IdSet();
  const twice = new Set<number>();
  const models = new Map<string, Counted>();
  let withoutModel: Counted | undefined;
  const counts = { sound: 0, withTools: 0, embeddings: 0, conversations: 0, several: 0 };
  const unsupported = new UnsupportedCounts();
  const schemas = new Map<string, number>();
  const { translation } = options;
  await eachRow(sources, how, options, (value, line) => {
    if (value === undefined) return true;
    const { read, passed } = translation === undefined ? readOnly(value) : translateLine(value, translation);
    for (const each of passed) unsupported.add(each, read.endpoint ?? 'chat', line);
    if (read.customId !== undefined && (copyOf(value)?.copy ?? 0) === 0 && !ids.add(read.customId)) {
      twice.add(hashOf(read.customId));
    }
    const asksTools = hasToolsIn(read);
    if (read.model !== undefined) models.set(read.model, countLine(models.get(read.model), line, asksTools));
    else if (read.line !== undefined) withoutModel = countLine(withoutModel, line, asksTools);
    countRequests(read, counts);
    if (asksTools) counts.withTools += 1;
    noteSchema(read, line, schemas);
    return true;
  });
  return { ...counts, models, withoutModel, repeated: twice, schemas, passed: unsupported.list() };
}

type Counted = { -readonly [K in keyof LinesOfModel]: LinesOfModel[K] };

function countLine(known: Counted | undefined, line: number, asksTools: boolean): Counted {
  const counted = known ?? { lines: 0, firstLine: line, withTools: 0 };
  counted.lines += 1;
  if (asksTools) counted.withTools += 1;
  return counted;
}

function hasToolsIn({ line }: OpenAiRead): boolean {
  return line !== undefined && line.endpoint !== 'embeddings' && line.requests.some(hasTools);
}

function readOnly(value: unknown): Pick<TranslatedLine, 'read' | 'passed'> {
  return { read: readOpenAiLine(value), passed: [] };
}

/** Schemas that are looked at before anything is sent. */
const MOST_SCHEMAS = 1000;

function noteSchema({ line }: OpenAiRead, at: number, schemas: Map<string, number>): void {
  if (line === undefined || line.endpoint === 'embeddings') return;
  const format = line.requests[0]?.format;
  if (format?.kind !== 'schema' || schemas.size >= MOST_SCHEMAS) return;
  const schema = JSON.stringify(format.schema);
  if (!schemas.has(schema)) schemas.set(schema, at);
}

function countRequests(
  { line }: OpenAiRead,
  counts: {
    -readonly [K in 'sound' | 'several' | 'embeddings' | 'conversations']: OpenAiScan[K];
  },
): void {
  if (line === undefined) return;
  counts.sound += 1;
  if (line.requests.length > 1) counts.several += 1;
  if (line.endpoint === 'embeddings') {
    counts.embeddings += 1;
    return;
  }
  counts.conversations += 1;
}

/** What the model is told otherwise than the lines say, or not at all, and is let pass: every kind of it, counted. */
export async function countPassed(
  sources: readonly Source[],
  how: DatasetOptions,
  translation: TranslateOptions,
  options: PassOptions = {},
): Promise<readonly UnsupportedCount[]> {
  const counts = new UnsupportedCounts();
  await eachRow(sources, how, options, (value, line) => {
    const { read, passed } = value === undefined ? NOTHING : translateLine(value, translation);
    for (const each of passed) counts.add(each, read.endpoint ?? 'chat', line);
    return true;
  });
  return counts.list();
}

const NOTHING = { read: { endpoint: undefined }, passed: [] };

/** Lines that a message names. */
const TOLD_LINES = 5;

/** Throws `BR-E0126` where two lines have the same `custom_id`: whose would its answer be. */
export async function refuseRepeated(
  sources: readonly Source[],
  how: DatasetOptions,
  hashes: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (hashes.size === 0) return;
  const lines = new Map<string, number[]>();
  await eachRow(sources, how, { signal }, (value, line) => {
    const { customId } = readOpenAiLine(value);
    if (customId === undefined || !hashes.has(hashOf(customId)) || (copyOf(value)?.copy ?? 0) > 0) return true;
    lines.set(customId, [...(lines.get(customId) ?? []), line]);
    return true;
  });
  const repeated = [...lines].filter(([, at]) => at.length > 1);
  const [first] = repeated;
  if (first === undefined) return;
  const [id, at] = first;
  const told = at.slice(0, TOLD_LINES).join(', ');
  const more = repeated.length > 1 ? `; ${repeated.length - 1} other ids are there more than once too` : '';
  throw new InputError('BR-E0126', `custom_id ${JSON.stringify(id)} stands in ${at.length} lines: ${told}${more}`, {
    details: { customId: id, lines: at.slice(0, TOLD_LINES), ids: repeated.length },
  });
}

/**
 * The lines of a file once more, each that asks for several answers as several lines that ask for one. What cannot be read stays as it
 * is, so that it is told of like any other row, and blank lines stay too.
 */
export async function* cutLines(source: Source, how: DatasetOptions, signal?: AbortSignal): AsyncGenerator<string | Uint8Array> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const blank = new BlankLines();
  for await (const batch of rowBatches([source], how, { signal })) {
    for (let row = 0; row < batch.count; row++) {
      yield* blank.before(batch, row);
      const lines = batch.reject[row] === 0 ? cutLine(rowValue(decoder, batch, row)) : undefined;
      if (lines === undefined) yield* wholeRow(batch, row);
      else yield lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    }
  }
}

/** Most line ends of a piece. */
const BLANK_LINES = '\n'.repeat(1 << 16);

/** The blank lines between the rows of a file: a copy that has them has each row on its own line. */
export class BlankLines {
  /** The line behind the newest row. */
  #next = 1;

  *before({ line }: RowBatch, row: number): Generator<string> {
    for (let left = line[row]! - this.#next; left > 0; left -= BLANK_LINES.length) yield BLANK_LINES.slice(0, left);
    this.#next = line[row]! + 1;
  }
}

/** A row with a line end, also the last one. */
export function* wholeRow({ bytes, rowStart, rowEnd }: RowBatch, row: number): Generator<Uint8Array | string> {
  const line = bytes.subarray(rowStart[row], rowEnd[row]);
  yield line.slice();
  if (line.at(-1) !== 0x0a) yield '\n';
}

/** Calls `look` with each row until it says no; rows that are no JSON come as undefined. */
async function eachRow(
  sources: readonly Source[],
  how: DatasetOptions,
  options: PassOptions,
  look: (value: unknown, line: number) => boolean,
): Promise<void> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const batch of rowBatches(sources, how, options)) {
    for (let row = 0; row < batch.count; row++) {
      const value = batch.reject[row] === 0 ? rowValue(decoder, batch, row) : undefined;
      if (!look(value, batch.line[row] as number)) return;
    }
  }
}
