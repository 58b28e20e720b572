import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAMILIES, type Family, familyNamed } from '../model/index.ts';
import { parseTemplate, renderTemplate } from '../prompt/index.ts';
import { createRecordEncoder } from './byte-encoder.ts';
import { recordId } from './ids.ts';
import { NEEDS_SPACE, type OutputBlock } from './record-encoder.ts';
import type { RequestSpec } from './request-bytes.ts';
import { CellKind, RejectReason, type RowBatch } from './row-batch.ts';

interface Cell {
  readonly kind: CellKind;
  /** As it stands in the source. */
  readonly source: string;
}

/** Rows as a reader would give them, with bytes around the cells that must not be read. */
function batchOf(rows: readonly (readonly Cell[])[], width = rows[0]!.length): RowBatch {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const add = (text: string): void => {
    const bytes = new TextEncoder().encode(text);
    pieces.push(bytes);
    length += bytes.length;
  };
  const cells = new Uint32Array(3 * width * rows.length);
  rows.forEach((row, r) => {
    row.forEach(({ kind, source }, c) => {
      add('"\\\u0001');
      const start = length;
      add(source);
      cells.set([start, length, kind], 3 * (r * width + c));
    });
  });
  add('"\\\u0001');
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  const zeros = new Uint32Array(rows.length);
  return {
    bytes,
    offset: 0,
    count: rows.length,
    width,
    cells,
    rowStart: zeros,
    rowEnd: zeros,
    line: new Float64Array(rows.length),
    reject: new Uint8Array(rows.length),
  };
}

const text = (source: string): Cell => ({ kind: CellKind.text, source });
const block = (bytes: number): OutputBlock => ({ bytes: new Uint8Array(bytes).fill(0xee), length: 0 });
const written = (out: OutputBlock): string => new TextDecoder('utf-8', { fatal: true }).decode(out.bytes.subarray(0, out.length));
const spec = (family: Family, request: RequestSpec, maxRecordBytes = 1 << 20) => ({
  family,
  request,
  recordPrefix: 'k3',
  maxRecordBytes,
});

const anthropic = familyNamed('anthropic');
const titan = familyNamed('titan-embed-text');
const chat = FAMILIES.filter((family) => family.task === 'text');

/** Any text that has a UTF-8 form, rich in what JSON escapes and in runs longer than the eight bytes that go at once. */
const cellText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '\n',
      '\r',
      '\t',
      '\b',
      '\f',
      '\0',
      '\u001f',
      ' ',
      '!',
      '#',
      '\u007f',
      '[',
      ']',
      '\u2028',
      '\u2029',
      'é',
      '漢',
      '\u{1f600}',
      'a',
    ),
    maxLength: 60,
  }),
  fc.string({ minLength: 20, maxLength: 400 }),
);
const literal = fc.string({
  unit: fc.oneof(
    fc.constantFrom('{{', '}}', '"', '\\', '\n', 'hole0x', '0y', 'hole', '漢', '\u{1f600}'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }).filter((s) => !/[{}]/.test(s)),
  ),
  maxLength: 6,
});
const template = (columns: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        literal,
        fc.constantFrom(...columns).map((name) => `{${name}}`),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''));

const COLUMNS = ['a', 'b c', '__proto__'];
const rowOf = (values: readonly string[]): Record<string, string> =>
  Object.fromEntries(COLUMNS.map((name, i) => [name, values[i]!] as const)) as Record<string, string>;

function oracle(family: Family, request: RequestSpec, row: Record<string, string>, ordinal: number): string {
  const input = {
    text: renderTemplate(parseTemplate(request.prompt!), row),
    params: request.params,
    ...(request.system === undefined ? {} : { system: renderTemplate(parseTemplate(request.system), row) }),
  };
  return `${JSON.stringify({ recordId: recordId('k3', ordinal), modelInput: family.request(input) })}\n`;
}

describe('the byte encoder', () => {
  it('writes what JSON.stringify writes, byte for byte, for every family, template and text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...chat),
        template(COLUMNS),
        fc.option(template(COLUMNS), { nil: undefined }),
        fc.array(fc.tuple(cellText, cellText, cellText), { minLength: 1, maxLength: 4 }),
        fc.nat({ max: 2 ** 31 - 1 }),
        (family, prompt, system, rows, ordinal) => {
          const request = {
            prompt,
            params: family.parseParams({ temperature: '0.25' }),
            ...(system === undefined ? {} : { system }),
          };
          const encoder = createRecordEncoder(spec(family, request), COLUMNS);
          const batch = batchOf(rows.map((row) => row.map(text)));
          const out = block(1 << 16);
          for (let r = 0; r < rows.length; r++) expect(encoder.encode(batch, r, ordinal + r, out)).toBe(RejectReason.none);
          expect(written(out)).toBe(rows.map((row, r) => oracle(family, request, rowOf(row), ordinal + r)).join(''));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads doubled quotes of a quoted CSV cell as one', () => {
    fc.assert(
      fc.property(cellText, (value) => {
        const request = { prompt: '<{a}>', params: { max_tokens: 9 } };
        const out = block(1 << 14);
        const batch = batchOf([[{ kind: CellKind.quotedText, source: value.replaceAll('"', '""') }]]);
        createRecordEncoder(spec(anthropic, request), ['a']).encode(batch, 0, 7, out);
        expect(written(out)).toBe(oracle(anthropic, request, { a: value }, 7));
      }),
      { numRuns: 500 },
    );
  });

  it('copies the inside of a JSON string, lone surrogates and odd escapes included', () => {
    const inside = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }).map((value) => JSON.stringify(value).slice(1, -1)),
      fc
        .array(fc.constantFrom('\\ud800', '\\uDC00', '\\/', '\\u0041', '\\u0000', '\u2028', 'x', '\\"'), { maxLength: 80 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(inside, inside, (a, b) => {
        const out = block(1 << 14);
        const batch = batchOf([
          [
            { kind: CellKind.jsonString, source: a },
            { kind: CellKind.jsonString, source: b },
          ],
        ]);
        createRecordEncoder(spec(titanLike, { prompt: '{a}{b}', params: {} }), ['a', 'b']).encode(batch, 0, 0, out);
        const both = JSON.parse(`"${a}"`) + JSON.parse(`"${b}"`);
        expect(JSON.parse(written(out))).toEqual({ recordId: 'k3000000000', modelInput: { twice: [both, both] } });
      }),
      { numRuns: 500 },
    );
  });

  it('writes the source text of a JSON value that is no string', () => {
    const request = { prompt: '{a}', params: { max_tokens: 9 } };
    for (const source of ['9007199254740993', '1e400', '-0.0', 'true', 'null', '{"x":["\\u00e9\\"", 1]}']) {
      const out = block(1 << 12);
      createRecordEncoder(spec(anthropic, request), ['a']).encode(batchOf([[{ kind: CellKind.jsonValue, source }]]), 0, 0, out);
      expect(written(out)).toBe(oracle(anthropic, request, { a: source }, 0));
    }
  });

  it('asks for space exactly when the line does not fit, and writes nothing then', () => {
    fc.assert(
      fc.property(cellText, fc.constantFrom(CellKind.text, CellKind.quotedText), (value, kind) => {
        const request = { prompt: '{a}', params: { max_tokens: 9 } };
        const source = kind === CellKind.text ? value : value.replaceAll('"', '""');
        const batch = batchOf([[{ kind, source }]]);
        const line = new TextEncoder().encode(oracle(anthropic, request, { a: value }, 5)).length;
        const encoder = createRecordEncoder(spec(anthropic, request), ['a']);
        const exact = block(line + 3);
        exact.length = 3;
        expect(encoder.encode(batch, 0, 5, exact)).toBe(RejectReason.none);
        expect(exact.length).toBe(line + 3);
        const short = block(line + 2);
        short.length = 3;
        expect(encoder.encode(batch, 0, 5, short)).toBe(NEEDS_SPACE);
        expect(short.length).toBe(3);
        expect(short.bytes.every((byte) => byte === 0xee)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('rejects a line over the largest record exactly, however much space there is', () => {
    fc.assert(
      fc.property(cellText, (value) => {
        const request = { prompt: '{a}', params: { max_tokens: 9 } };
        const batch = batchOf([[text(value)]]);
        const line = new TextEncoder().encode(oracle(anthropic, request, { a: value }, 5)).length;
        const out = block(1 << 14);
        expect(createRecordEncoder(spec(anthropic, request, line - 1), ['a']).encode(batch, 0, 5, out)).toBe(
          RejectReason.tooLarge,
        );
        expect(out.length).toBe(0);
        expect(createRecordEncoder(spec(anthropic, request, line), ['a']).encode(batch, 0, 5, out)).toBe(RejectReason.none);
        // a full block does not turn a record that can never fit into a request for space
        const full = { bytes: out.bytes, length: out.bytes.length };
        expect(createRecordEncoder(spec(anthropic, request, line - 1), ['a']).encode(batch, 0, 5, full)).toBe(
          RejectReason.tooLarge,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('rejects a row without a column of the prompt, and passes on what the reader rejected', () => {
    const request = { prompt: '{a}{later}', params: { max_tokens: 9 } };
    const columns = ['a'];
    const encoder = createRecordEncoder(spec(anthropic, request), columns);
    const out = block(1 << 12);
    expect(encoder.encode(batchOf([[text('x')]]), 0, 0, out)).toBe(RejectReason.missingColumn);
    columns.push('later');
    const batch = batchOf([
      [text('x'), text('y')],
      [text('x'), { kind: CellKind.absent, source: '' }],
      [text('x'), text('y')],
    ]);
    batch.reject[2] = RejectReason.notUtf8;
    expect(encoder.encode(batch, 0, 0, out)).toBe(RejectReason.none);
    expect(encoder.encode(batch, 1, 1, out)).toBe(RejectReason.missingColumn);
    expect(encoder.encode(batch, 2, 2, out)).toBe(RejectReason.notUtf8);
    expect(written(out)).toBe(oracle(anthropic, request, { a: 'x', later: 'y' }, 0));
    // the reader's list may be longer than a batch that was made before it grew
    expect(encoder.encode(batchOf([[text('x')]]), 0, 0, out)).toBe(RejectReason.missingColumn);
  });

  it('embeds the text column and rejects a row whose text is empty or null', () => {
    const encoder = createRecordEncoder(spec(titan, { textColumn: 'input_text', params: { dimensions: 256 } }), [
      'id',
      'input_text',
    ]);
    const rows = [
      text('two\n"words"'),
      text(''),
      { kind: CellKind.jsonValue, source: 'null' },
      { kind: CellKind.jsonValue, source: '12.50' },
      text('null'),
    ];
    const batch = batchOf(rows.map((cell) => [text('1'), cell]));
    const out = block(1 << 12);
    expect(rows.map((_, r) => encoder.encode(batch, r, r, out))).toEqual([
      RejectReason.none,
      RejectReason.emptyText,
      RejectReason.emptyText,
      RejectReason.none,
      RejectReason.none,
    ]);
    expect(written(out)).toBe(
      '{"recordId":"k3000000000","modelInput":{"inputText":"two\\n\\"words\\"","dimensions":256}}\n' +
        '{"recordId":"k3000000300","modelInput":{"inputText":"12.50","dimensions":256}}\n' +
        '{"recordId":"k3000000400","modelInput":{"inputText":"null","dimensions":256}}\n',
    );
  });

  it('says what is missing before anything is encoded', () => {
    expect(() => createRecordEncoder(spec(anthropic, { params: {} }), [])).toThrow(/takes a prompt/);
    expect(() => createRecordEncoder(spec(titan, { params: {} }), [])).toThrow(/embeds a column/);
    expect(() => createRecordEncoder(spec(anthropic, { prompt: 'a{', params: {} }), [])).toThrow(/line 1, column 2/);
  });

  it('does not accept a family that changes the text', () => {
    const trimming: Family = { ...anthropic, request: (input) => anthropic.request({ ...input, text: input.text.trim() }) };
    expect(() => createRecordEncoder(spec(trimming, { prompt: '{a}', params: {} }), ['a'])).toThrow(/changes the text/);
    const dropping: Family = { ...anthropic, request: ({ text: turn, params }) => anthropic.request({ text: turn, params }) };
    expect(() => createRecordEncoder(spec(dropping, { prompt: '{a}', system: '{b}', params: {} }), ['a', 'b'])).toThrow(
      /leaves out/,
    );
  });
});

/** A family that sends its text twice. */
const titanLike: Family = { ...anthropic, request: ({ text: turn }) => ({ twice: [turn, turn] }) };
