import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvariantError } from '@batchrock/core';
import { seededRandom } from '../memory/small-ports.ts';
import { programBeside } from './beside.ts';

/** Where data is kept between benches; `--clean` removes it. */
const BENCH_HOME = join(tmpdir(), 'batchrock-bench');

/** Changes with every change of what is generated. */
const VERSION = 2;
const SEED = 20_261_121;
/** 300 on average. */
const LEAST_CHARACTERS = 200;
const MOST_CHARACTERS = 400;
const FLUSH_CHARACTERS = 1 << 20;

const TOPICS = ['books', 'films', 'garden tools', 'hotels', 'music', 'phones', 'shoes', 'software', 'toys', 'wine'];
const FOREIGN = ['größer', 'café', 'naïve', 'Straße', 'мир', 'хорошо', '東京', '良い', 'مرحبا', '🧗', 'señor', 'ελληνικά'];

/**
 * The path of a CSV file of `rows` rows of id, topic and 200 to 400 characters of text, the same bytes on every machine: each text
 * quoted, a tenth of them with doubled quotes, a twentieth with newlines, a tenth not ASCII. Made once and kept.
 */
export async function benchDataset(rows: number): Promise<string> {
  const path = join(BENCH_HOME, `reviews-${VERSION}-${rows}.csv`);
  if (existsSync(path)) return path;
  await mkdir(BENCH_HOME, { recursive: true });
  const temporary = `${path}.${process.pid}`;
  const file = await open(temporary, 'w');
  try {
    for (const chunk of reviews(rows)) await file.write(chunk);
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  return path;
}

/** The same rows as Parquet, as pyarrow would write them: row groups of 2^20 rows, pages of 1 MB, Snappy. */
export async function benchParquetDataset(rows: number): Promise<string> {
  const csv = await benchDataset(rows);
  const path = `${csv.slice(0, -'.csv'.length)}.parquet`;
  if (existsSync(path)) return path;
  const program = programBeside('parquet-dataset-main', import.meta.url);
  const { status } = spawnSync(process.execPath, [...process.execArgv, program, csv, path], { stdio: 'inherit' });
  if (status !== 0) throw new InvariantError(`the Parquet file of ${rows} rows was not written`);
  return path;
}

/** Removes all that benches keep. */
export async function cleanBenches(): Promise<void> {
  await rm(BENCH_HOME, { recursive: true, force: true });
}

function* reviews(rows: number): Iterable<string> {
  const random = seededRandom(SEED);
  const words = vocabulary(random.next);
  let chunk = 'id,topic,text\n';
  for (let row = 1; row <= rows; row++) {
    const topic = TOPICS[Math.floor(random.next() * TOPICS.length)];
    chunk += `${row},${topic},"${review(random.next, words)}"\n`;
    if (chunk.length < FLUSH_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

/** 3,000 made-up words of one to four syllables. */
function vocabulary(next: () => number): readonly string[] {
  const heads = 'b c ch d f g h l m n p qu r s sh st t th tr v w'.split(' ');
  const tails = 'a ad al an ar as e ed el en er es i in ing is o on or ou u un y'.split(' ');
  const pick = (from: readonly string[]) => from[Math.floor(next() * from.length)];
  return Array.from({ length: 3000 }, () => {
    const syllables = 1 + Math.floor(next() * next() * 4);
    return Array.from({ length: syllables }, () => `${pick(heads)}${pick(tails)}`).join('');
  });
}

function review(next: () => number, words: readonly string[]): string {
  const seasoning = [
    ...(next() < 0.1 ? ['""so to say""'] : []),
    ...(next() < 0.05 ? ['\n'] : []),
    ...(next() < 0.1 ? [FOREIGN[Math.floor(next() * FOREIGN.length)] as string] : []),
  ];
  const length = LEAST_CHARACTERS + Math.floor(next() * (MOST_CHARACTERS - LEAST_CHARACTERS + 1));
  let text = seasoning.join(' ');
  while (text.length < length) {
    // the square makes few words frequent and most rare, as they are in any language
    text += ` ${words[Math.floor(next() ** 2 * words.length)]}`;
  }
  return text.slice(0, length);
}
