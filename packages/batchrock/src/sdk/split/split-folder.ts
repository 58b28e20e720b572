import { basename, dirname, join } from 'node:path';
import type { StateDir } from '../../compose/state-dir.ts';
import { nodeSha256 } from '../../node/index.ts';

const FOLDER = 'split';

/** Where the outputs of runs of one model lie until they are merged. */
export function splitFolder({ path }: Pick<StateDir, 'path'>): string {
  return join(path, FOLDER);
}

/** What the output of one of them is called, by what tells it from others. */
export function splitName(...key: readonly string[]): string {
  const hash = Buffer.from(nodeSha256.sha256(new TextEncoder().encode(JSON.stringify(key)))).toString('hex');
  return `${hash.slice(0, 32)}.jsonl`;
}

/** Whether a file is called as such an output is, or the errors file beside it. */
export function isSplitName(name: string): boolean {
  return /^[0-9a-f]{32}(\.errors)?\.jsonl$/.test(name);
}

/** Whether a file is such an output, also of a state directory that was somewhere else. */
export function isSplitPath(path: string): boolean {
  return basename(dirname(path)) === FOLDER && isSplitName(basename(path));
}
