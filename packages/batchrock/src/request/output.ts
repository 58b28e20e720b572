import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { InputError } from '@batchrock/core';
import { storageError, systemErrorCode } from '../node/index.ts';
import { hashFile } from '../sources/index.ts';

/** Formats that results are written in. */
export type OutputFormat = 'jsonl' | 'csv' | 'parquet';

/** Where results are written to. */
export interface OutputPlace {
  /** Absolute. */
  readonly path: string;
  readonly format: OutputFormat;
  /** Several files, `name-00000.ending` and so on beside `path`, with so many rows at most; default: one file. */
  readonly maxRowsPerFile?: number;
  /** CSV: see `CsvWriterOptions.safe`; default true. */
  readonly csvSafe?: boolean;
  /** Of answers that are kept whole; default: what the rows are. */
  readonly shape?: ResultShape;
  /** OpenAI batch outputs: the file that has the lines without an answer alone, where there are any. Absolute. */
  readonly errors?: string;
}

/**
 * The shape of results. `openai`: lines of an OpenAI batch output. `flat`: each row with its answer in columns of ours. `raw`: the
 * model's whole output, in the service's own shape where rows were records.
 */
export type ResultShape = 'openai' | 'flat' | 'raw';

const FORMATS: Readonly<Record<string, OutputFormat>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.parquet': 'parquet',
};

/**
 * The format of a results file: as asked, or by its ending. Throws `BR-E0117` when neither says, and `BR-E0120` for an
 * address that is no file of this machine.
 */
export function outputFormatOf(path: string, asked?: OutputFormat): OutputFormat {
  if (ADDRESS.test(path)) {
    throw new InputError('BR-E0120', `results are written to files of this machine, and ${path} is none`, {
      hint: `pipe them there: --out - | aws s3 cp - ${path}`,
      details: { value: path },
    });
  }
  const format = asked ?? FORMATS[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new InputError('BR-E0117', `${path} does not say by its name which format the results are to have`, {
    hint: 'end the name in .parquet, .csv or .jsonl',
  });
}

const ADDRESS = /^[a-z][a-z0-9+.-]+:\/\//i;

/** True for an output whose name says no format, nor anybody else: it is a folder. */
export function isFolderName(path: string, asked?: OutputFormat): boolean {
  return asked === undefined && !ADDRESS.test(path) && FORMATS[extname(path).toLowerCase()] === undefined;
}

/**
 * Throws unless results can be written to `path`, before anything is sent: `BR-E0101` when its folder does not exist,
 * `BR-E0111` when a folder stands there.
 */
export async function checkOutputPlace(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  const facts = await statIfThere(folder);
  if (!facts?.isDirectory()) throw noFolder(folder, path);
  const standing = await statIfThere(path);
  if (standing?.isDirectory()) {
    throw new InputError('BR-E0111', `${path} is a folder, not a file`, { hint: 'give the path of a file as --out' });
  }
  try {
    await tryToWrite(folder);
  } catch (error) {
    throw storageError(error, `write ${path}`);
  }
}

/** Throws `BR-E0111` when what stands at the output's place is, whatever it is called, a file of the dataset. */
export async function checkNoSource(path: string, sources: readonly { readonly name: string }[], cwd: string): Promise<void> {
  const standing = await statIfThere(path);
  if (!standing) return;
  for (const { name } of sources) {
    const input = await statIfThere(resolve(cwd, name));
    if (standing.ino !== input?.ino || standing.dev !== input.dev) continue;
    const what = sources.length === 1 ? 'is the dataset itself' : `is a file of the dataset, ${name}`;
    throw new InputError('BR-E0111', `${path} ${what}`, { hint: 'choose another --out: results never replace their dataset' });
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw storageError(error, `look at ${path}`);
  }
}

async function tryToWrite(folder: string): Promise<void> {
  const path = join(folder, `.batchrock-${randomBytes(6).toString('hex')}.part`);
  const file = await open(path, 'wx', 0o600);
  await file.close();
  await rm(path, { force: true });
}

function noFolder(folder: string, path: string): InputError {
  return new InputError('BR-E0101', `no such folder: ${folder}, for the output ${path}`, { hint: `mkdir -p ${folder}` });
}

/** A results file as a run remembers it. */
export interface KnownExport {
  readonly path: string;
  readonly bytes: number;
  readonly xxh128: string;
}

/** A results file as it is noted with its run. */
export interface NotedExport extends KnownExport {
  /** Of an export of every row, made when the run had come to rest; absent in others, and in what older versions noted. */
  readonly whole?: WholeExport;
}

/** An export of all that a run has come to. */
export interface WholeExport {
  /** The newest event of the run then (`RunBody.seq`): where it has another one now, its results may be others. */
  readonly seq: number;
  /** The place that was asked for, which the files of one export share. Absolute. */
  readonly place: string;
  /** How many files it has. */
  readonly files: number;
}

/** What stands at the place of the output: nothing, exactly what this run has written there, or something else. */
export async function whatStandsAt(path: string, known: readonly KnownExport[]): Promise<'nothing' | 'ours' | 'foreign'> {
  const absolute = resolve(path);
  const facts = await stat(absolute).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw storageError(error, `look at ${path}`);
  });
  if (facts === undefined) return 'nothing';
  const ours = known.filter((each) => each.path === absolute && each.bytes === facts.size);
  if (!facts.isFile() || ours.length === 0) return 'foreign';
  const xxh128 = await hashFile(absolute);
  return ours.some((each) => each.xxh128 === xxh128) ? 'ours' : 'foreign';
}

/** The path of a file of the output, from 0: of the only one, or of one of several. */
export function outputFilePath({ path, maxRowsPerFile }: OutputPlace, file: number): string {
  if (maxRowsPerFile === undefined) return path;
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}-${String(file).padStart(5, '0')}${ending}`;
}

/** The path of the errors file beside an output: `answers.errors.jsonl` beside `answers.jsonl`. */
export function errorsPath(path: string): string {
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}.errors${ending}`;
}

/** All files that stand where those of the output go: with several, all whose name is made like theirs. */
export async function standingFiles(place: OutputPlace): Promise<readonly string[]> {
  if (place.maxRowsPerFile === undefined) {
    const standing: string[] = [];
    for (const path of place.errors === undefined ? [place.path] : [place.path, place.errors]) {
      if ((await statIfThere(path)) !== undefined) standing.push(path);
    }
    return standing;
  }
  const folder = dirname(place.path);
  const ending = extname(place.path);
  const stem = `${basename(place.path, ending)}-`;
  const names = await readdir(folder).catch((error: unknown) => {
    throw storageError(error, `look at ${folder}`);
  });
  return names
    .filter((name) => name.startsWith(stem) && name.endsWith(ending) && /^\d{5,}$/.test(name.slice(stem.length, -ending.length)))
    .toSorted()
    .map((name) => join(folder, name));
}

/** What stands at the places of an output: nothing, only what this run has written there, or something else. */
export async function standingAt(
  place: OutputPlace,
  known: readonly KnownExport[],
): Promise<{ readonly what: 'nothing' | 'ours' } | { readonly what: 'foreign'; readonly path: string }> {
  const paths = await standingFiles(place);
  for (const path of paths) if ((await whatStandsAt(path, known)) === 'foreign') return { what: 'foreign', path };
  return { what: paths.length === 0 ? 'nothing' : 'ours' };
}

/** The error for an output that is in the way. */
export function outputExists(path: string): InputError {
  return new InputError('BR-E0111', `${path} exists already`, { details: { file: path } });
}
