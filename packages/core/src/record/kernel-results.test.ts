import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { byteView, copyBytes, MAX_ESCAPED, writeEscaped } from './escape-json.ts';
import { addressOf, releaseBlock, takeBlock } from './kernel.ts';
import { AnswerLiterals, LiteralBlock, writeCsvAnswer, writeCsvCell, writeJsonCell } from './kernel-results.ts';
import { emptyOutcomeSpans } from './outcome-spans.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const blocks = [takeBlock(4_096), takeBlock(16_384)] as const;
const [from, to] = blocks.map(byteView) as [ReturnType<typeof byteView>, ReturnType<typeof byteView>];
afterAll(() => blocks.forEach(releaseBlock));

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '"',
    '\\',
    '\n',
    '\r',
    ',',
    ';',
    ' ',
    '\u0000',
    '\u001f',
    'plain text of some length',
    'é',
    '🧗',
    '\u2028',
    '\ud800',
  ),
);
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
/** Where a text begins, so that every alignment and every length of a tail is met. */
const offset = fc.integer({ min: 0, max: 40 });

/** Puts bytes into the first block and fills the second, to see what is written beside. */
function place(bytes: Uint8Array, at: number): void {
  from.bytes.fill(0x22);
  from.bytes.set(bytes, at);
  to.bytes.fill(0xee, 0, 64 + MAX_ESCAPED * bytes.length + 64);
}

test('there is a kernel', () => {
  expect(blocks.every((block) => addressOf(block) > 0)).toBe(true);
});

test('text becomes the JSON string that JSON.stringify makes of it, and a doubled quote one quote', () => {
  const [key] = new LiteralBlock([bytesOf(',"name of a column":')]).views;
  fc.assert(
    fc.property(text, offset, offset, fc.boolean(), (value, start, at, doubled) => {
      const bytes = bytesOf(doubled ? value.replaceAll('"', '""') : value);
      place(bytes, start);
      const end = writeEscaped(from, start, start + bytes.length, doubled, to, at);
      expect(textOf(to.bytes.subarray(at, end))).toBe(JSON.stringify(textOf(bytesOf(value))).slice(1, -1));
      const after = writeJsonCell(key!, from, start, start + bytes.length, doubled, to, at);
      expect(textOf(to.bytes.subarray(at, after))).toBe(`,"name of a column":${JSON.stringify(textOf(bytesOf(value)))}`);
    }),
    { numRuns: 2_000 },
  );
});

test('bytes are copied as they are, and none beside them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), offset, offset, (bytes, start, at) => {
      place(bytes, start);
      expect(copyBytes(from, start, start + bytes.length, to, at)).toBe(at + bytes.length);
      expect(to.bytes.slice(at, at + bytes.length)).toEqual(bytes);
      expect(to.bytes[at + bytes.length]).toBe(0xee);
    }),
    { numRuns: 1_000 },
  );
});

/** Escapes of all kinds, as other writers make them. */
const escaped = fc
  .array(
    fc.oneof(
      piece.map((value) => JSON.stringify(value).slice(1, -1)),
      fc.constantFrom(
        '\\/',
        '\\u0041',
        '\\u00e9',
        '\\u20AC',
        '\\ud83e\\uddd7',
        '\\ud800',
        '\\udc00\\ud800',
        '\\ud800\\u0041',
        '\\t',
      ),
    ),
    { maxLength: 10 },
  )
  .map((pieces) => pieces.join(''));

test('the inside of a JSON string becomes a cell of CSV, quoted when it has to be', () => {
  fc.assert(
    fc.property(escaped, offset, offset, fc.constantFrom(',', ';', '\t'), (inside, start, at, delimiter) => {
      const bytes = bytesOf(inside);
      place(bytes, start);
      const end = writeCsvCell(from, start, start + bytes.length, delimiter.charCodeAt(0), to, at);
      const plain = textOf(bytesOf(JSON.parse(`"${textOf(bytes)}"`)));
      const needs = /["\n\r]|^ | $/.test(plain) || plain.includes(delimiter);
      expect(textOf(to.bytes.subarray(at, end))).toBe(needs ? `"${plain.replaceAll('"', '""')}"` : plain);
      expect(to.bytes[Math.max(end, at + 2 * bytes.length + 2)]).toBe(0xee);
    }),
    { numRuns: 3_000 },
  );
});

test('an answer stands between its literals, and a count that is unknown is null', () => {
  const literals = new LiteralBlock(['{"a":', ',"s":"', '","i":', ',"o":', ',"id":"'].map(bytesOf));
  const answers = new AnswerLiterals(literals.views);
  const number = fc.oneof(fc.constant(-1), fc.nat(), fc.constantFrom(0, 9, 10, 999_999_999_999_999));
  const shown = (value: number) => (value < 0 ? 'null' : String(value));
  fc.assert(
    fc.property(text, offset, number, number, (value, start, inputTokens, outputTokens) => {
      const json = JSON.stringify(value);
      place(bytesOf(`${json}end_turn`), start);
      const valueEnd = start + bytesOf(json).length;
      const spans = { valueStart: start, valueEnd, stopStart: valueEnd, stopEnd: valueEnd + 8, inputTokens, outputTokens };
      const end = answers.write({ ...emptyOutcomeSpans(), text: from, bytes: from.bytes, ...spans }, to, 7);
      const expected = `{"a":${json},"s":"end_turn","i":${shown(inputTokens)},"o":${shown(outputTokens)},"id":"`;
      expect(textOf(to.bytes.subarray(7, end))).toBe(textOf(bytesOf(expected)));
      expect(to.bytes[end]).toBe(0xee);
    }),
    { numRuns: 500 },
  );
  answers.release();
  literals.release();
});

test('an answer stands in cells behind a row of CSV, and a count that is unknown is an empty cell', () => {
  const number = fc.oneof(fc.constant(-1), fc.nat(), fc.constantFrom(0, 9, 10, 999_999_999_999_999));
  const stopReason = fc.constantFrom('', 'end_turn', 'max_tokens', 'a reason of more than sixteen bytes', 'one, and two');
  const shown = (value: number) => (value < 0 ? '' : String(value));
  fc.assert(
    fc.property(
      escaped,
      stopReason,
      fc.tuple(offset, offset),
      fc.tuple(number, number),
      fc.constantFrom(',', ';'),
      (inside, stop, [start, at], [inputTokens, outputTokens], delimiter) => {
        const literals = new LiteralBlock([bytesOf(['', 'succeeded', '', '', ''].join(delimiter))]);
        const bytes = bytesOf(`"${inside}"${stop}`);
        place(bytes, start);
        const valueEnd = start + bytes.length - stop.length;
        const spans = {
          valueStart: start,
          valueEnd,
          stopStart: valueEnd,
          stopEnd: valueEnd + stop.length,
          inputTokens,
          outputTokens,
        };
        const outcome = { ...emptyOutcomeSpans(), text: from, bytes: from.bytes, ...spans };
        const end = writeCsvAnswer(outcome, literals.views[0]!, delimiter.charCodeAt(0), to, at);
        literals.release();
        const cell = (text: string) =>
          /["\n\r]|^ | $/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
        const answer = cell(textOf(bytesOf(JSON.parse(textOf(bytes.subarray(0, valueEnd - start))))));
        const cells = ['', answer, 'succeeded', '', '', cell(stop), shown(inputTokens), shown(outputTokens), ''];
        expect(textOf(to.bytes.subarray(at, end))).toBe(cells.join(delimiter));
        expect(to.bytes[end + 2 * bytes.length]).toBe(0xee);
      },
    ),
    { numRuns: 3_000 },
  );
});

test('blocks that are given back are taken again, joined to one where they touch', () => {
  const three = [takeBlock(1 << 20), takeBlock(1 << 20), takeBlock(1 << 20)] as const;
  const first = addressOf(three[0]);
  for (const block of [three[1], three[0], three[2]]) releaseBlock(block);
  releaseBlock(three[1]);
  const one = takeBlock(3 << 20);
  expect(addressOf(one)).toBe(first);
  releaseBlock(one);
});

test('what is too large for the kernel is a plain array, and given back without harm', () => {
  const large = takeBlock(1 << 28);
  expect([addressOf(large), large.length]).toEqual([-1, 1 << 28]);
  releaseBlock(large);
});
