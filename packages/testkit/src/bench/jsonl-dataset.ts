import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { InvariantError } from '@batchrock/core';
import { programBeside } from './beside.ts';

/** What a line is made of a row: an object of its cells, or a request of an OpenAI batch file. */
type LineKind = 'cells' | 'openai';

/** The path of a JSON Lines file with the rows of a CSV file. Made once, by a process of its own, and kept beside it. */
export function benchJsonlDataset(csv: string, kind: LineKind = 'cells'): string {
  const path = `${csv.slice(0, -'.csv'.length)}${kind === 'openai' ? '.openai' : ''}.jsonl`;
  if (existsSync(path)) return path;
  const program = programBeside('jsonl-dataset-main', import.meta.url);
  const { status } = spawnSync(process.execPath, [...process.execArgv, program, csv, path, kind], { stdio: 'inherit' });
  if (status !== 0) throw new InvariantError(`${path} was not written`);
  return path;
}
