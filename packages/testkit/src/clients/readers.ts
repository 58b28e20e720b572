import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportResults, type ObjectSink, type ResultWriter } from '@batchrock/core';
import { createCsvWriter, createJsonlWriter, createParquetWriter } from '@batchrock/formats';
import { seededRandom } from '../memory/index.ts';
import { type DatasetOptions, datasetWorld, type OutcomeOf, openRows } from '../way-back/index.ts';
import { runChecks, type Tally } from './checks.ts';
import { openPythonEnvironment } from './python.ts';

const CHECKS_MS = 300_000;

/** What readers of CSV, JSON and Parquet are known to spoil. */
const HARD_TEXTS = [
  '',
  ' ',
  'plain',
  '007',
  '1e5',
  'null',
  'NULL',
  'NaN',
  'NA',
  'true',
  '2026-11-21',
  '"quoted"',
  '""',
  'a, comma; and \ttab',
  'two\nlines',
  'two\r\nlines',
  "it's",
  'back\\slash \\n \\u0041',
  'größer, 東京, мир, مرحبا',
  '🧗🏽‍♀️ e\u0301 and é',
  'a\u2028b\u2029c\u0085d',
  '\ufefffirst',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢',
  'x'.repeat(70_000),
];

/** What a reader has to find: `null` where there is nothing. Vectors are the hexadecimal bits of their floats. */
type Row = Readonly<Record<string, string | number | null>>;

/**
 * Results of every format, opened by the readers that people use: pyarrow, DuckDB and pandas have to find every value as it
 * is, and Parquet files built as they should be. Needs python3 and PyPI for the first run.
 */
export async function checkReaders(tally: Tally, root: string, work: string): Promise<void> {
  const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const python = await openPythonEnvironment(join(root, '.venv-readers'), file('./readers-requirements.txt'));
  const dir = join(work, 'readers');
  mkdirSync(dir);
  await writeHardTexts(dir);
  await writeManyRows(dir);
  await writeVectors(dir);
  await runChecks(tally, 'results', python.python, [file('./read_results.py'), dir], CHECKS_MS);
}

/** Each hard text beside each other one, every status among them, from CSV and from JSON Lines. */
async function writeHardTexts(dir: string): Promise<void> {
  const values = HARD_TEXTS.flatMap((a, i) => HARD_TEXTS.slice(0, -1).map((b, j) => ({ a, b, ordinal: i * 23 + j })));
  const outcome = (ordinal: number): OutcomeOf => {
    const response = HARD_TEXTS[(ordinal * 7) % HARD_TEXTS.length] as string;
    if (ordinal % 5 === 4) return { status: 'failed', code: '400', message: response.slice(0, 100), retry: false };
    const usage = ordinal % 3 === 0 ? {} : { inputTokens: ordinal, outputTokens: 9_007_199_254_740 };
    return { status: 'succeeded', response, stop: ordinal % 2 === 0 ? 'end_turn' : 'max_tokens', ...usage };
  };
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const csv = `a,b\n${values.map(({ a, b }) => `${quoted(a)},${quoted(b)}`).join('\n')}\n`;
  const jsonl = values.map(({ a, b }) => JSON.stringify({ a, b })).join('\n');
  const expected = values.map(({ a, b, ordinal }): Row => ({ a, b, ...outcomeRow(outcome(ordinal)) }));
  for (const [source, bytes] of [
    ['csv', csv],
    ['jsonl', jsonl],
  ] as const) {
    const options: DatasetOptions = { format: source, bytes: new TextEncoder().encode(bytes), outcome, partRows: 100 };
    await writeAll(dir, `hard-from-${source}`, options, expected, ['parquet', 'csv', 'jsonl']);
  }
}

/** Two row groups, many pages, a dictionary that stops to pay. */
async function writeManyRows(dir: string): Promise<void> {
  const rows = Array.from({ length: 130_000 }, (_, i) => ({
    id: String(i).padStart(7, '0'),
    topic: `topic ${i % 10}`,
    late: i < 50_000 ? 'same' : `other ${i}`,
  }));
  const outcome = (ordinal: number): OutcomeOf => {
    if (ordinal % 1000 === 999) return { status: 'failed', code: '429', message: `row ${ordinal}`, retry: false };
    return { status: 'succeeded', response: `answer ${ordinal}`, stop: 'end_turn', inputTokens: ordinal, outputTokens: 3 };
  };
  const csv = `id,topic,late\n${rows.map(({ id, topic, late }) => `${id},${topic},${late}`).join('\n')}\n`;
  const options: DatasetOptions = { format: 'csv', bytes: new TextEncoder().encode(csv), outcome };
  const expected = rows.map((row, i): Row => ({ ...row, ...outcomeRow(outcome(i)) }));
  await writeAll(dir, 'many', options, expected, ['parquet']);
}

async function writeVectors(dir: string): Promise<void> {
  const random = seededRandom(11);
  const vectors = Array.from({ length: 3000 }, (_, i) =>
    Array.from({ length: i % 50 === 7 ? 0 : 256 }, () => (random.next() - 0.5) * 10 ** Math.floor(random.next() * 12 - 6)),
  );
  const outcome = (ordinal: number): OutcomeOf => {
    if (ordinal % 10 === 3) return { status: 'failed', code: '400', message: 'no', retry: false };
    return { status: 'succeeded', embedding: vectors[ordinal] as number[], stop: '', inputTokens: 5 };
  };
  const csv = `id\n${vectors.map((_, i) => i).join('\n')}\n`;
  const options: DatasetOptions = { format: 'csv', bytes: new TextEncoder().encode(csv), outcome, family: 'titan-embed-text' };
  const expected = vectors.map((_, i): Row => ({ id: String(i), ...outcomeRow(outcome(i)) }));
  await writeAll(dir, 'vectors', options, expected, ['parquet']);
}

function outcomeRow(outcome: OutcomeOf): Row {
  const nothing = {
    response: null,
    error_code: null,
    error_message: null,
    stop_reason: null,
    input_tokens: null,
    output_tokens: null,
  };
  if (outcome.status === 'failed') {
    return { ...nothing, status: 'failed', error_code: outcome.code, error_message: outcome.message };
  }
  if (outcome.status !== 'succeeded') return { ...nothing, status: outcome.status };
  const { embedding, response, stop, inputTokens, outputTokens } = outcome;
  const answer = embedding === undefined ? (response ?? '') : Buffer.from(Float32Array.from(embedding).buffer).toString('hex');
  return {
    ...nothing,
    response: answer,
    status: 'succeeded',
    stop_reason: stop === '' ? null : stop,
    input_tokens: inputTokens ?? null,
    output_tokens: outputTokens ?? null,
  };
}

type Format = 'parquet' | 'csv' | 'jsonl';

const WRITERS: Readonly<Record<Format, (sink: ObjectSink) => ResultWriter>> = {
  parquet: (sink) => createParquetWriter(sink, { createdBy: 'batchrock version 0.0.0' }),
  csv: (sink) => createCsvWriter(sink, { safe: false }),
  jsonl: createJsonlWriter,
};

/** The results in each format, and `NAME.expected.jsonl`. */
async function writeAll(
  dir: string,
  name: string,
  options: DatasetOptions,
  expected: readonly Row[],
  formats: readonly Format[],
): Promise<void> {
  const world = await datasetWorld(options);
  for (const format of formats) {
    const writer = WRITERS[format](world.ports.objects.create(`${name}.${format}`));
    const { file } = await exportResults(world.ports, { ...world, writer, openRows });
    writeFileSync(join(dir, `${name}.${format}`), world.ports.objects.bytes(file.key) as Uint8Array);
  }
  writeFileSync(join(dir, `${name}.expected.jsonl`), expected.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
