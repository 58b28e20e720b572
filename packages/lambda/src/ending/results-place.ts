import type { FileBody } from '../files/index.ts';

/** Where the results of files lie in the queue's own bucket. */
const PROCESSED_PREFIX = 'processed/';

/** The bucket of a file's results. */
export function resultsBucket({ output, queue }: Pick<FileBody, 'output' | 'queue'>): string {
  return output?.bucket ?? queue;
}

/** The folder that a file's results are to have, with a slash at its end; beside it, where it is another run's. */
export function resultsFolders({ output, name }: FileBody, run: string): readonly [string, string] {
  const folder = output === undefined ? `${PROCESSED_PREFIX}${name}` : output.prefix.replace(/\/$/, '');
  if (folder === '') return ['', `${run}/`];
  return [`${folder}/`, `${folder}.${run}/`];
}

/** The results of a part of the first attempt, in the shape of Bedrock's own. */
export function resultsKey(folder: string, part: number): string {
  return `${folder}${String(part).padStart(4, '0')}.jsonl.out`;
}

/** What says which run the results are of, how they came out and which files they are: there when all of them are. */
export function summaryKey(folder: string): string {
  return `${folder}summary.json`;
}
