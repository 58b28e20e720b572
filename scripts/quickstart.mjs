// The main job in one command: a real dataset (the movies of vega-datasets) through the whole pipeline, on this machine.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const folder = join(import.meta.dirname, '..', 'quickstart');
const dataset = join(folder, 'movies.csv');
const results = join(folder, 'movies.results.jsonl');
const here = (path) => relative(process.cwd(), path);

mkdirSync(folder, { recursive: true });
writeFileSync(dataset, toCsv(readMovies()));
console.log(`Dataset: ${here(dataset)}, the movies of the npm package vega-datasets\n`);

const args = [
  'run',
  here(dataset),
  '--model',
  'anthropic.claude-3-haiku-20240307-v1:0',
  '--prompt',
  'Write a one-sentence logline for {Title}, a {Major Genre} film.',
  '--out',
  here(results),
  '--new',
  '--force',
];
console.log(`$ npx batchrock ${args.map((a) => (/[\s{]/.test(a) ? `"${a}"` : a)).join(' ')}\n`);
const run = spawnSync(process.execPath, [join(import.meta.dirname, '../packages/batchrock/bin/batchrock.js'), ...args], {
  stdio: 'inherit',
  env: { ...process.env, BATCHROCK_STATE_DIR: join(folder, 'state') },
});
if (run.status !== 0) process.exit(run.status ?? 1);

console.log(`\nThe first rows of ${here(results)}:\n`);
for (const row of firstLines(results, 3).map((line) => JSON.parse(line))) {
  console.log(`  ${row.Title} (${row['Major Genre'] || 'no genre'})`);
  console.log(`    ${row.response}`);
  console.log(`    ${row.status}, ${row.input_tokens} tokens in, ${row.output_tokens} out, record ${row.record_id}\n`);
}
console.log('Now with a file of your own:\n');
console.log('  npx batchrock run reviews.csv --model anthropic.claude-3-haiku-20240307-v1:0 \\');
console.log('    --prompt "Classify the sentiment of: {text}" --out reviews.results.jsonl');

function readMovies() {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  return JSON.parse(readFileSync(join(dirname(entry), '..', 'data', 'movies.json'), 'utf8'));
}

function toCsv(rows) {
  const columns = Object.keys(rows[0]);
  const cell = (value) => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','));
  return `${[columns.map(cell).join(','), ...lines].join('\n')}\n`;
}

/** Reads no more of a file than its first lines. */
function firstLines(path, count) {
  const file = openSync(path, 'r');
  const block = Buffer.alloc(64 * 1024);
  const text = block.subarray(0, readSync(file, block)).toString('utf8');
  closeSync(file);
  return text.split('\n').slice(0, count);
}
