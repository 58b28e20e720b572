import { Buffer, isUtf8 } from 'node:buffer';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createRecordEncoder, familyNamed, isBatchrockError, RejectReason, type RowReader } from '@batchrock/core';
import { poisonedSource, readRows, type SeenRow, seededRandom } from '@batchrock/testkit';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { type CompressionName, decompress } from '../compression/index.ts';
import { openCsv } from '../csv/index.ts';
import { openJsonl } from '../jsonl/index.ts';
import { markBytes } from './signature.ts';

// Files whose bytes are changed and cut at random. 100,000 cases each: BATCHROCK_FUZZ_CASES=100000, another seed for others.
const CASES = Number(process.env['BATCHROCK_FUZZ_CASES'] ?? 1500);
/** A machine that does much else at the same time takes its time. */
const O = { timeout: 60_000 + CASES * 100 };
const SEED = Number(process.env['BATCHROCK_FUZZ_SEED'] ?? 1);

const CSV_FILES = [
  'id,text\n1,fine\n2,"a ""quoted"" word"\n3,"two\nlines"\n4,\n',
  '\uFEFFid,text\r\n00123,héllo 汉字\r\n2,"x,y"\r\n\r\n3,"\r\n"\r\n',
  'id,text\r1,old\r2,"mac\rfile"\r',
  'only\none\n\n"two"\n',
  'id,text,more\n1,,\n2,"",""\n3,nul\0byte,é\n',
].map((text) => Buffer.from(text));

const JSONL_FILES = [
  '{"id":1,"text":"fine"}\n{"id":2,"text":"a \\"quoted\\" word","n":[1,{"b":null}]}\n{"text":"\\ud83d\\ude00","id":9007199254740993}\n',
  '\uFEFF{"id":1.50,"text":"héllo 汉字"}\r\n\r\n {"text":"x","id":-0.0e+1} \r\n{}\n',
  '{"a":{"b":{"c":[[[]]]}},"text":"\\u0000\\\\"}\n{"text":true,"a":1}',
].map((text) => Buffer.from(text));

const { next } = seededRandom(SEED);
const below = (most: number): number => Math.floor(next() * most);
const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;

/** Bytes that formats care for, more often than others. */
const TELLING = Buffer.from('",\n\r{}[]:\\\0 ;\t-.eutn019\ufeff');

/** A file with some damage: bytes changed, put in, taken out, doubled, or all behind a place cut off. */
function damaged(file: Buffer): Buffer {
  let bytes = Buffer.from(file);
  for (let left = below(5); left >= 0; left--) {
    const at = below(bytes.length + 1);
    const length = below(4);
    const byte = Buffer.from([next() < 0.6 ? pick([...TELLING]) : below(256)]);
    const kind = below(6);
    if (kind === 0) bytes = bytes.subarray(0, at);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at)]);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    else if (at < bytes.length) bytes[at] = kind === 4 ? byte[0]! : bytes[at]! ^ (1 << below(8));
  }
  return bytes;
}

const family = familyNamed('nova');
const out = { bytes: new Uint8Array(1 << 16), length: 0 };

/** What a reader says of the bytes; throws for any error that is not the input's fault, and for a record that is no JSON. */
async function outcomeOf(open: () => Promise<RowReader>): Promise<readonly SeenRow[] | string> {
  try {
    await encodeAll(await open());
    return await readRows(await open());
  } catch (error) {
    if (isBatchrockError(error) && error.kind === 'input') return error.code;
    throw error;
  }
}

async function encodeAll(reader: RowReader): Promise<void> {
  try {
    // known once the first batch is there, which JSON Lines need
    const first = await reader.next();
    const names = reader.columns.filter((name) => name !== '' && !/[{}]/.test(name)).slice(0, 2);
    const prompt = names.map((name) => `{${name}}`).join(' and ') || 'x';
    const encoder = createRecordEncoder(
      { family, request: { prompt, params: {} }, recordPrefix: '00', maxRecordBytes: out.bytes.length },
      reader.columns,
    );
    let ordinal = 0;
    for (let batch = first; batch; batch = await reader.next()) {
      for (let row = 0; row < batch.count; row++, ordinal++) {
        out.length = 0;
        if (encoder.encode(batch, row, ordinal, out) !== RejectReason.none) continue;
        const line = new TextDecoder('utf-8', { fatal: true }).decode(out.bytes.subarray(0, out.length));
        const { recordId, modelInput } = JSON.parse(line) as {
          recordId: string;
          modelInput: { messages: { content: { text: string }[] }[] };
        };
        const { text } = modelInput.messages[0]!.content[0]!;
        if (recordId.length !== 11 || !text.isWellFormed()) expect(line).toBe('a record');
      }
    }
  } finally {
    await reader.close();
  }
}

/** The rows lie in the file where they say, one behind the other, and are the same in other blocks. */
async function check(bytes: Buffer, open: (sizes: readonly number[], blockBytes: number) => Promise<RowReader>) {
  const whole = await outcomeOf(() => open([1 << 20], 1 << 12));
  const sizes = [1 + below(9), 1 + below(30)];
  const parts = await outcomeOf(() => open(sizes, 8 + below(40)));
  // one look instead of a million: expect is slow, and only tells what differs
  if (told(parts) !== told(whole)) expect({ bytes: bytes.toString(), told: told(parts) }).toEqual({ told: told(whole) });
  if (typeof whole === 'string') return whole;
  let end = 0;
  let line = 0;
  for (const row of whole) {
    const isThere = bytes.subarray(row.byte, row.byte + row.raw.length).equals(row.raw);
    if (row.byte < end || row.line <= line || !isThere) expect({ bytes: bytes.toString(), end, line, row }).toBe('in its place');
    end = row.byte + row.raw.length;
    line = row.line;
  }
  return whole;
}

function told(rows: readonly SeenRow[] | string): string {
  return JSON.stringify(rows, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
}

describe('damaged files', () => {
  it(`CSV: only input errors come out, and what csv-parse reads (${CASES} cases)`, O, async () => {
    for (let i = 0; i < CASES; i++) {
      const bytes = damaged(pick(CSV_FILES));
      const open = (sizes: readonly number[], blockBytes: number) =>
        openCsv(poisonedSource(bytes, sizes), { blockBytes, delimiter: ',' });
      const rows = await check(bytes, open);
      // csv-parse takes NUL behind a closing quote for the end
      if (typeof rows === 'string' || !isUtf8(bytes) || bytes.includes('"\0')) continue;
      const { dialect, columns } = await open([1 << 20], 1 << 12);
      const isMac = dialect.format === 'csv' && dialect.lineEnd === 'cr';
      const expected = csvOracle(bytes.subarray(markBytes(bytes)).toString(), columns.length, isMac);
      const isRefused = rows.some((row) => row.reject === 'bad_quote');
      if (expected === undefined || isRefused) {
        expect({ bytes: bytes.toString(), isRefused }).toEqual({ bytes: bytes.toString(), isRefused: expected === undefined });
        continue;
      }
      const good = expected.filter((cells) => cells.length === columns.length);
      expect(rows.filter((row) => !row.reject).map((row) => row.cells)).toEqual(good);
      expect(rows.filter((row) => row.reject === 'ragged_row')).toHaveLength(expected.length - good.length);
    }
  });

  it(`JSON Lines: only input errors come out, and what JSON.parse reads (${CASES} cases)`, O, async () => {
    for (let i = 0; i < CASES; i++) {
      const bytes = damaged(pick(JSONL_FILES));
      const rows = await check(bytes, (sizes, blockBytes) => openJsonl(poisonedSource(bytes, sizes), { blockBytes }));
      if (typeof rows === 'string') continue;
      const lines = linesOf(bytes.subarray(markBytes(bytes)));
      expect(rows).toHaveLength(lines.length);
      rows.forEach((row, r) => {
        const isSound = isUtf8(lines[r]!) && isSoundObject(lines[r]!.toString());
        if ((row.reject === undefined) !== isSound) expect({ line: lines[r]!.toString(), row }).toEqual({ isSound });
      });
    }
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)(`%s: only input errors come out (${CASES} cases)`, O, async (name: CompressionName, pack) => {
    for (let i = 0; i < CASES; i++) {
      const bytes = damaged(
        Buffer.concat([pack(pick(CSV_FILES)), next() < 0.3 ? pack('x'.repeat(below(3000))) : Buffer.alloc(0)]),
      );
      const source = () => decompress(poisonedSource(bytes, [1 + below(300)]), name, { name: 'x.csv' });
      await outcomeOf(() => openCsv(source(), { delimiter: ',' }));
    }
  });
});

function csvOracle(text: string, width: number, isMac: boolean): string[][] | undefined {
  try {
    const record_delimiter = isMac ? ['\r'] : ['\r\n', '\n'];
    return parse(text, { record_delimiter, relax_column_count: true, skip_empty_lines: width > 1, from: 2 });
  } catch {
    return undefined;
  }
}

/** The lines that are not blank. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, at);
    const line = bytes.subarray(at, feed < 0 ? bytes.length : feed);
    if (line.some((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0d)) lines.push(line);
    at += line.length + 1;
  }
  return lines;
}

/** An object, no key twice at its top, no half of a character in its strings. */
function isSoundObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    let depth = 0;
    let keys = 0;
    for (const [token] of line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
      if (token.startsWith('"') && !(JSON.parse(token) as string).isWellFormed()) return false;
      if (token === '{' || token === '[') depth++;
      else if (token === '}' || token === ']') depth--;
      else if (token === ':' && depth === 1) keys++;
    }
    return keys === Object.keys(value).length;
  } catch {
    return false;
  }
}
