import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { openCsv, openJsonl } from '@batchrock/formats';
import { bytesSource, memoryPorts, plainDocument, seededRandom } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, type ModelLimits } from '../model/index.ts';
import type { Dialect, ReadPosition } from '../ports/index.ts';
import { addressOf, allowKernel, releaseBlock, takeBlock } from '../record/index.ts';
import type { RunDocument } from './document.ts';
import { prepareRun } from './prepare.ts';

const ROWS = 3000;
const TEXTS = [
  ...[
    'plain words that are longer than sixteen bytes',
    'a "quoted" word',
    'two\nlines',
    '',
    'größer 漢字 😀',
    'back\\slash\tand tab',
  ],
  ...['x'.repeat(700), '\u0001\u001f control', '"', '"""', ',', '15 characters..é', "'; drop"],
];

function texts(): string[][] {
  const { next } = seededRandom(11);
  const pick = (): string => TEXTS[Math.floor(next() * TEXTS.length)]!;
  return Array.from({ length: ROWS }, (_, i) => [String(i), pick() + pick(), pick()]);
}

/** Cells quoted where they must be, CRLF now and then, and every fiftieth row one that is rejected. */
function csvDataset(): string {
  const cell = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const rows = texts().map((cells, i) =>
    i % 50 === 7 ? `${i},too few` : i % 50 === 9 ? `${i},a "bad" quote,x` : cells.map(cell).join(','),
  );
  return `id,a,b\n${rows.map((row, i) => row + (i % 3 === 0 ? '\r\n' : '\n')).join('')}`;
}

/** Keys in another order now and then, one that comes late, nested values, and every fiftieth row one that is rejected. */
function jsonlDataset(): string {
  const rows = texts().map(([id, a, b], i) => {
    if (i % 50 === 7) return '{"id":1,"a":}';
    if (i % 50 === 9) return `{"id":${id},"b":"no a"}`;
    if (i % 5 === 0) return JSON.stringify({ b, id: Number(id), a });
    return JSON.stringify({ id, a, b: i % 7 === 0 ? { nested: [b, null, 1.5] } : b, ...(i > 1000 && { late: true }) });
  });
  return rows.map((row, i) => (i % 4 === 0 ? ` ${row} \n` : `${row}\n`)).join('');
}

/** The MD5 of every object that a run leaves. */
async function objectsOf(format: 'csv' | 'jsonl', content: string, limits: Partial<ModelLimits>, withKernel: boolean) {
  const bytes = Buffer.from(content);
  const ports = memoryPorts();
  let dialect: Dialect = { format: 'jsonl' };
  const openRows = async (from?: ReadPosition) => {
    const source = bytesSource(bytes.subarray(from?.byte ?? 0));
    const options = { name: 'rows', blockBytes: 4096, ...(from && { from }) };
    return format === 'jsonl'
      ? openJsonl(source, options)
      : openCsv(source, { ...options, ...(dialect.format === 'csv' && { dialect }) });
  };
  const before = allowKernel(withKernel);
  try {
    const block = takeBlock(100);
    expect(addressOf(block) >= 0).toBe(withKernel);
    releaseBlock(block);
    const reader = await openRows();
    dialect = reader.dialect;
    await reader.close();
    const prepared = await prepareRun(ports, { document: documentOf(dialect, limits), openRows });
    expect(prepared.rows).toBe(ROWS);
    expect(prepared.rejected).toBe(ROWS / 25);
  } finally {
    allowKernel(before);
  }
  return ports.objects.keys().map((key) => [key, createHash('md5').update(ports.objects.bytes(key)!).digest('hex')]);
}

function documentOf(dialect: Dialect, limits: Partial<ModelLimits>): RunDocument {
  return plainDocument({
    source: { name: 'rows', bytes: 1, files: [], dialect },
    model: { family: 'nova', limits: { ...DEFAULT_LIMITS, minRecords: 3, ...limits } },
    request: { prompt: 'Rate "{a}"\nwith {b}, {a}', system: 'Say {id}', params: {} },
    partRecords: 700,
  });
}

test.each([
  ['csv', {}],
  ['csv', { maxRecordsPerFile: 33, maxJobBytes: 150_000 }],
  ['csv', { maxFileBytes: 10_000, minRecords: 690 }],
  ['jsonl', {}],
  ['jsonl', { maxRecordsPerFile: 33, maxJobBytes: 150_000 }],
  ['jsonl', { maxFileBytes: 10_000, minRecords: 690 }],
] as const)('a run has the same objects, byte for byte, with the kernel and without: %s %j', async (format, limits) => {
  const content = format === 'csv' ? csvDataset() : jsonlDataset();
  const plain = await objectsOf(format, content, limits, false);
  expect(plain.length).toBeGreaterThan(10);
  expect(await objectsOf(format, content, limits, true)).toEqual(plain);
});
