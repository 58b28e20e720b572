import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { InvariantError } from '@batchrock/core';
import { openPythonEnvironment } from '../clients/python.ts';
import type { Bench, BenchContext, BenchRun } from './bench.ts';
import { sourceFile } from './beside.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The least that can be done with every byte of the dataset, by a program in C. */
const wcLines: Bench = {
  name: 'wc-l',
  rows: 1_000_000,
  forScale: true,
  async run({ dataset }) {
    const started = performance.now();
    const { status } = spawnSync('wc', ['-l', dataset]);
    if (status !== 0) throw new InvariantError(`wc ended with ${status}`);
    return { seconds: since(started), peakRssMB: Number.NaN };
  },
};

/** The dataset copied with the streams of Node, nothing looked at. */
const copyByStreams: Bench = {
  name: 'copy-by-streams',
  rows: 1_000_000,
  forScale: true,
  async run({ dataset, dir }) {
    const copy = join(dir, 'copy.csv');
    const started = performance.now();
    await pipeline(createReadStream(dataset), createWriteStream(copy));
    const seconds = since(started);
    if ((await stat(copy)).size !== (await stat(dataset)).size) throw new InvariantError('the copy is not whole');
    return { seconds };
  },
};

/** What `csv-to-jobs` and `jsonl-to-jobs` write, records and kept rows, in bytes for each byte of the dataset. */
const WRITTEN_PER_BYTE = 2.86;

/**
 * The system's share of `csv-to-jobs`, which nothing that writes the same files can be faster than: the dataset read once, and as many
 * bytes written as they write, by programs in C that look at none of them.
 */
const bytesAlone: Bench = {
  name: 'bytes-alone',
  rows: 1_000_000,
  forScale: true,
  async run({ dataset, dir }) {
    const { size } = await stat(dataset);
    const rest = Math.round(size * (WRITTEN_PER_BYTE - 1));
    const started = performance.now();
    dd(`if=${dataset}`, `of=${join(dir, 'rows')}`);
    dd('if=/dev/zero', `of=${join(dir, 'records')}`, 'iflag=count_bytes', `count=${rest}`);
    return { seconds: since(started), peakRssMB: Number.NaN };
  },
};

function dd(...args: readonly string[]): void {
  const { status } = spawnSync('dd', ['bs=256k', 'status=none', ...args]);
  if (status !== 0) throw new InvariantError(`dd ended with ${status}`);
}

/** DuckDB's own way from CSV to JSON Lines, on one thread: no prompt, no ids, no hashes, no parts. */
const duckdbCsvToJson: Bench = {
  name: 'duckdb-csv-to-json',
  rows: 1_000_000,
  forScale: true,
  async run({ dataset, dir, rows }) {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const source = `read_csv('${dataset}', header = true, all_varchar = true)`;
    const started = performance.now();
    const result = await connection.run(`COPY (SELECT * FROM ${source}) TO '${join(dir, 'rows.jsonl')}' (FORMAT json)`);
    const seconds = since(started);
    if (result.rowsChanged !== rows) throw new InvariantError(`${result.rowsChanged} of ${rows} rows`);
    connection.closeSync();
    instance.closeSync();
    return { seconds };
  },
};

/** What people write today: pandas in chunks, `json.dumps` a row, files of 50,000 records. No ids kept, nothing hashed. */
const pandasCsvToJobs: Bench = {
  name: 'pandas-csv-to-jobs',
  rows: 1_000_000,
  forScale: true,
  run: (context) => pandas('jobs', context),
};

/** And the way back: `json.loads` a line, merge with the dataset by record id, write a CSV file. */
const pandasJoinToCsv: Bench = {
  name: 'pandas-join-to-csv',
  rows: 1_000_000,
  forScale: true,
  run: (context) => pandas('join', context),
};

/** Others at comparable work, to see what a figure means. */
export const FOR_SCALE: readonly Bench[] = [
  wcLines,
  copyByStreams,
  bytesAlone,
  duckdbCsvToJson,
  pandasCsvToJobs,
  pandasJoinToCsv,
];

async function pandas(task: string, { dataset, dir, rows }: BenchContext): Promise<BenchRun> {
  const { python } = await openPythonEnvironment(join(ROOT, '.venv-bench'), sourceFile('requirements.txt'));
  const child = spawn(python, [sourceFile('pandas_way.py'), task, dataset, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  const done = JSON.parse(output) as { seconds: number; rows: number; peakRssMB: number };
  if (done.rows !== rows) throw new InvariantError(`${done.rows} of ${rows} rows`);
  return done;
}

function since(started: number): number {
  return (performance.now() - started) / 1000;
}
