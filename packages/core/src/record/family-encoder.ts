import { type Family, type ModelTraits, schemaRequest } from '../model/index.ts';
import { parseTemplate, renderTemplate, type Template, templateColumns } from '../prompt/index.ts';
import { RECORD_ID_LENGTH, recordPrefixBytes, writeRecordId } from './ids.ts';
import { jsonText } from './json-text.ts';
import { NEEDS_SPACE, type OutputBlock, RECORD_HEAD, type RecordEncoder } from './record-encoder.ts';
import type { RequestSpec } from './request-bytes.ts';
import { CellKind, RejectReason, type RowBatch } from './row-batch.ts';

/** What all records of a run by a family of a user's project have in common. */
export interface FamilyEncoderSpec {
  readonly family: Family;
  readonly traits?: ModelTraits | undefined;
  readonly request: RequestSpec;
  readonly recordPrefix: string;
  readonly maxRecordBytes: number;
}

const BEFORE = new TextEncoder().encode('","modelInput":');
const BEHIND = new TextEncoder().encode('}\n');
const HEAD_BYTES = RECORD_HEAD.length + RECORD_ID_LENGTH + BEFORE.length;

/**
 * An encoder over objects, for families that nothing is known of: each row is given to the family, which may make of its text what it
 * likes, and what it throws is the row's.
 */
export class FamilyRecordEncoder implements RecordEncoder {
  readonly #spec: FamilyEncoderSpec;
  readonly #rows: RowRequests;
  readonly #prefix: Uint8Array;
  readonly #encoder = new TextEncoder();

  constructor(spec: FamilyEncoderSpec, columns: readonly string[]) {
    this.#spec = spec;
    this.#rows = new RowRequests(spec, columns);
    this.#prefix = recordPrefixBytes(spec.recordPrefix);
  }

  encode(batch: RowBatch, row: number, ordinal: number, out: OutputBlock): RejectReason | typeof NEEDS_SPACE {
    const refused = batch.reject[row] as RejectReason;
    if (refused !== RejectReason.none) return refused;
    const made = this.#rows.of(batch, row);
    if (typeof made === 'number') return made;
    if ('why' in made) return RejectReason.invalidRequest;
    const body = this.#encoder.encode(made.json);
    const size = HEAD_BYTES + body.length + BEHIND.length;
    if (size > this.#spec.maxRecordBytes) return RejectReason.tooLarge;
    if (out.length + size > out.bytes.length) return NEEDS_SPACE;
    const { bytes } = out;
    bytes.set(RECORD_HEAD, out.length);
    const id = out.length + RECORD_HEAD.length;
    writeRecordId(this.#prefix, ordinal, bytes, id);
    bytes.set(BEFORE, id + RECORD_ID_LENGTH);
    bytes.set(body, out.length + HEAD_BYTES);
    bytes.set(BEHIND, out.length + HEAD_BYTES + body.length);
    out.length += size;
    return RejectReason.none;
  }

  /** Row by row. */
  encodeRun(): number {
    return 0;
  }
}

/** Why a family of a user's project makes no request of a row, in its own words. */
export function whyNotRequested(
  spec: Pick<FamilyEncoderSpec, 'family' | 'traits' | 'request'>,
  columns: readonly string[],
  batch: RowBatch,
  row: number,
): string {
  const made = new RowRequests(spec, columns).of(batch, row);
  return typeof made === 'object' && 'why' in made ? made.why : 'the family makes no request of it';
}

type RowRequest = { readonly json: string } | { readonly why: string };

/** Rows as a family asks for them. */
class RowRequests {
  readonly #spec: Pick<FamilyEncoderSpec, 'family' | 'traits' | 'request'>;
  readonly #columns: readonly string[];
  readonly #text: Template | undefined;
  readonly #system: Template | undefined;
  readonly #names: readonly string[];

  constructor(spec: Pick<FamilyEncoderSpec, 'family' | 'traits' | 'request'>, columns: readonly string[]) {
    const { prompt, system, textColumn } = spec.request;
    this.#spec = spec;
    this.#columns = columns;
    this.#text = prompt === undefined ? undefined : parseTemplate(prompt);
    this.#system = system === undefined ? undefined : parseTemplate(system, 'system prompt');
    const used = [this.#text, this.#system].flatMap((each) => (each === undefined ? [] : [...templateColumns(each)]));
    this.#names = textColumn === undefined ? used : [...used, textColumn];
  }

  of(batch: RowBatch, row: number): RowRequest | RejectReason {
    const cells: Record<string, string> = {};
    for (const name of this.#names) {
      const text = this.#cell(batch, row, name);
      if (text === undefined) return RejectReason.missingColumn;
      Object.defineProperty(cells, name, { value: text, enumerable: true });
    }
    const { family, traits = {}, request } = this.#spec;
    const text = this.#text === undefined ? cells[request.textColumn ?? '']! : renderTemplate(this.#text, cells);
    if (family.task === 'embedding' && text === '') return RejectReason.emptyText;
    const system = this.#system && renderTemplate(this.#system, cells);
    const input = { text, params: request.params, ...(system === undefined ? {} : { system }) };
    try {
      const { schema } = request;
      const body = schema === undefined ? family.request(input) : schemaRequest(family, input, schema, traits);
      return { json: JSON.stringify(body) };
    } catch (error) {
      return { why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The text of a cell; undefined where the row has none. */
  #cell({ bytes, cells, width }: RowBatch, row: number, name: string): string | undefined {
    const column = this.#columns.indexOf(name);
    if (column < 0 || column >= width) return undefined;
    const cell = 3 * (row * width + column);
    const start = cells[cell]!;
    const end = cells[cell + 1]!;
    const kind = cells[cell + 2];
    if (kind === CellKind.absent) return undefined;
    if (kind === CellKind.jsonString) return jsonText(bytes, start, end);
    const text = utf8.decode(bytes.subarray(start, end));
    return kind === CellKind.quotedText ? text.replaceAll('""', '"') : text;
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
