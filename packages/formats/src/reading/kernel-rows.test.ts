import { Buffer } from 'node:buffer';
import { addressOf, type RowBatch, releaseBlock, takeBlock } from '@batchrock/core';
import { seededRandom } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { CsvScanner, type CsvScannerOptions } from '../csv/csv-scanner.ts';
import { JsonlFormat } from '../jsonl/jsonl-format.ts';
import { createBatch } from './batch.ts';

const CASES = 25_000;
/** What stands behind the bytes in hand, in turn: each goes on with a row in another way. */
const POISON = ['"a",b\n"}{":1,x\r\n', '\n"a"\n1,2\n', ',x\ny,z\n', '}\n{"a":1}\n', '":1}\n', 'n"}\n'].map((text) =>
  Buffer.from(text),
);
let turn = 0;

/** Text in a block of the kernel's memory with poison behind it, and the same in a plain one. */
function blocksOf(text: string): { kernel: Buffer; plain: Buffer; release: () => void } {
  const bytes = Buffer.from(text);
  const poison = POISON[turn++ % POISON.length]!;
  const block = takeBlock(bytes.length + poison.length);
  expect(addressOf(block)).toBeGreaterThan(0);
  block.set(bytes);
  block.set(poison, bytes.length);
  return {
    kernel: Buffer.from(block.buffer, block.byteOffset, bytes.length),
    plain: bytes,
    release: () => releaseBlock(block),
  };
}

const arrays = createBatch(4);

/** A batch for so many rows. */
function batchOf(width: number, rows: number): RowBatch {
  return { ...createBatch(width, { old: arrays }), rowStart: arrays.rowStart.subarray(0, rows) };
}

/** All that counts of a batch. */
function seen({ count, width, cells, rowStart, rowEnd, line, reject }: RowBatch) {
  return {
    cells: [...cells.subarray(0, 3 * count * width)].map((each, i, all) => (all[i - (i % 3) + 2] === 0 && i % 3 < 2 ? 0 : each)),
    rows: Array.from({ length: count }, (_, r) => [rowStart[r], rowEnd[r], line[r], reject[r]]),
  };
}

function soup(next: () => number, pieces: readonly string[], most: number): string {
  return Array.from({ length: Math.floor(next() * most) }, () => pieces[Math.floor(next() * pieces.length)]).join('');
}

const CSV_PIECES = [
  ...['"', '""', ',', ',', '\n', '\n', '\r\n', '\r', 'a', 'é', '漢', ' ', '"a"', '"\n"', ',"', '",', '","', '"\n', ';', '\t'],
  ...['a long plain cell', '"a long quoted cell, with a delimiter"', '"a ""quoted"" word"', '1,2\n', '"x","y"\n'],
];

function csvOutcome(options: CsvScannerOptions, block: Buffer, from: number, last: boolean, rows: number) {
  const scanner = new CsvScanner(options);
  const batch = batchOf(options.width, rows);
  scanner.line = 7;
  const stops: unknown[] = [];
  for (let at = from; ; at = scanner.at) {
    batch.count = 0;
    const stop = scanner.scan(block, at, last, batch);
    stops.push({ stop, at: scanner.at, line: scanner.line, ...seen(batch) });
    if (stop === 'long') scanner.passLong();
    else if (stop !== 'batch') return stops;
  }
}

test('the kernel finds the rows of CSV that the plain scanner finds', () => {
  const { next } = seededRandom(3);
  for (let i = 0; i < CASES; i++) {
    const text = soup(next, CSV_PIECES, 40);
    const options = {
      delimiter: next() < 0.9 ? 0x2c : 0x3b,
      newline: next() < 0.9 ? (0x0a as const) : (0x0d as const),
      width: 1 + Math.floor(next() * 3),
      maxRowBytes: next() < 0.8 ? 1e6 : 12,
    };
    const { kernel, plain, release } = blocksOf(text);
    const from = Math.floor(next() * Math.min(4, plain.length + 1));
    const last = next() < 0.5;
    const rows = next() < 0.5 ? 3 : 100;
    const expected = csvOutcome(options, plain, from, last, rows);
    const outcome = csvOutcome(options, kernel, from, last, rows);
    if (JSON.stringify(outcome) !== JSON.stringify(expected)) expect({ text, outcome }).toEqual({ text, outcome: expected });
    release();
  }
});

const JSON_PIECES = [
  ...[
    '{',
    '}',
    '{"a":',
    '"b":',
    ',"c":',
    '"',
    ':',
    ',',
    '1',
    '-0.5e+3',
    '01',
    '.5',
    '1e',
    'true',
    'nul',
    'null',
    ' ',
    '\t',
    '\r',
  ],
  ...['"x"', '"\\n\\u00e9"', '"\\x"', '"\\u12"', '[1,{"a":[]}]', '[', ']', '{"k":{}}', '\u0001', '\n', '\n', 'é', '漢漢漢漢漢漢'],
  ...['{"a":1}\n', '{"a":"x","b":"a string that is longer than sixteen bytes","c":null}\n', '{"c":[1,2],"a":{"b":""}}\r\n'],
  ...[
    '"\\ud83d\\uDe00"',
    '"\\ud83d"',
    '"\\uDE00x"',
    '{"a":"\\uD83D\\ude00 \\ud7ff"}\n',
    '{"a":"\\ud83dx\\ude00"}\n',
    '{"\\udbff":1}\n',
  ],
  ...['{"b":1,"b":2}\n', '{"\\u0061":1}\n', '{"d":false,"a":1}\n', '{}\n', '\n', `{"a":${'['.repeat(70)}${']'.repeat(70)}}\n`],
];

function jsonOutcome(block: Buffer, last: boolean, maxRowBytes: number, rows: number) {
  const format = new JsonlFormat({ columns: [], line: 7, maxRowBytes, name: 'x' });
  const stops: unknown[] = [];
  for (let at = 0; ; at = format.at) {
    const batch = batchOf(format.columns.length, rows);
    const stop = format.scan(block, at, last, batch);
    stops.push({ stop, at: format.at, line: format.line, columns: [...format.columns], ...seen(batch) });
    if (stop === 'long') format.passLong();
    else if (stop === 'bytes' || stop === 'broken') return stops;
  }
}

test('the kernel finds the rows of JSON Lines that the plain parser finds', () => {
  const { next } = seededRandom(4);
  for (let i = 0; i < CASES; i++) {
    const text = soup(next, JSON_PIECES, 30);
    const { kernel, plain, release } = blocksOf(text);
    const last = next() < 0.5;
    const maxRowBytes = next() < 0.8 ? 1e6 : 30;
    const rows = next() < 0.5 ? 2 : 100;
    const expected = jsonOutcome(plain, last, maxRowBytes, rows);
    const outcome = jsonOutcome(kernel, last, maxRowBytes, rows);
    if (JSON.stringify(outcome) !== JSON.stringify(expected)) expect({ text, outcome }).toEqual({ text, outcome: expected });
    release();
  }
});
