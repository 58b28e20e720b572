import { execFile } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Totals } from './totals.ts';

/** Seeds that were run in one go, as one line of a record. */
export interface Piece {
  /** What was run: the commit, and `+` where the checkout differed from it. */
  readonly commit: string;
  readonly from: number;
  readonly seeds: number;
  readonly virtualMs: number;
  /** Seeds that broke a promise. */
  readonly failed: readonly number[];
}

/** The pieces of a record, oldest first; none where there is no such file. */
export async function readRecord(file: string): Promise<readonly Piece[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Piece);
}

/** Adds a piece that began at `from`. */
export async function appendPiece(file: string, commit: string, from: number, totals: Totals): Promise<void> {
  const { seeds, virtualMs, failures } = totals;
  const piece: Piece = { commit, from, seeds, virtualMs, failed: failures.map(({ seed }) => seed) };
  await appendFile(file, `${JSON.stringify(piece)}\n`);
}

/** The seed to go on with: the one behind the last that was run, or `first`. */
export function nextSeed(pieces: readonly Piece[], first: number): number {
  return Math.max(first, ...pieces.map(({ from, seeds }) => from + seeds));
}

/** A line for each commit, and the sum. */
export function describeRecord(pieces: readonly Piece[]): readonly string[] {
  const commits = [...new Set(pieces.map(({ commit }) => commit))];
  const line = (what: string, some: readonly Piece[]): string => {
    const sum = (of: (piece: Piece) => number): number => some.reduce((all, piece) => all + of(piece), 0);
    const hours = Math.round(sum((piece) => piece.virtualMs) / 3_600_000);
    return `${what}: ${sum((piece) => piece.seeds)} seeds, ${hours} virtual hours, ${sum((piece) => piece.failed.length)} violations`;
  };
  return [
    ...commits.map((commit) =>
      line(
        commit,
        pieces.filter((piece) => piece.commit === commit),
      ),
    ),
    line('in all', pieces),
  ];
}

/** The commit of this checkout, with `+` behind it where a file of the repository differs. */
export async function commitInHand(): Promise<string> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('git', ['-C', import.meta.dirname, ...args]);
    return stdout.trim();
  };
  const [commit, changes] = await Promise.all([
    git('rev-parse', '--short=9', 'HEAD'),
    git('status', '--porcelain', '-uno', '--', ':/packages'),
  ]);
  return changes === '' ? commit : `${commit}+`;
}
