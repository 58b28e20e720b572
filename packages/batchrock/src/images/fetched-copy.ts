import { readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type FetchResult, imagesToFetch, rowValue, type Source, type SourcePin, withFetched } from '@batchrock/core';
import { nodeClock, storageError, systemErrorCode, writeWhole } from '../node/index.ts';
import type { DatasetOptions } from '../request/dataset-files.ts';
import type { FetchImages } from '../request/fetch-images.ts';
import { canonicalJson } from '../request/identity.ts';
import { BlankLines, wholeRow } from '../request/openai-lines.ts';
import { type PassOptions, rowBatches } from '../request/row-batches.ts';
import { type KeptFile, SpoolFile } from '../request/spool-file.ts';
import { copiesOfNote, copyNames } from './image-names.ts';
import { createImageReach, type ImageReach } from './image-reach.ts';
import { KeptImages, makeImageFolder } from './kept-images.ts';

/** A dataset whose images are to be fetched. */
export interface FetchInput extends PassOptions {
  readonly sources: readonly Source[];
  readonly how: DatasetOptions;
  /** What its files are known by. */
  readonly pins: readonly SourcePin[];
  readonly asked: FetchImages;
  /** The folder of what is kept. */
  readonly folder: string;
  /** Where the copies go. */
  readonly spool: string;
  readonly reach?: ImageReach | undefined;
  readonly notice: (text: string) => void;
}

/** An image may have as many bytes (Bedrock API reference, Message: 3.75 MB; 2026-11). */
const MAX_IMAGE_BYTES = 3_932_160;
const MAX_TOTAL_BYTES = 5e9;
const TIMEOUT_MS = 30_000;
const AT_ONCE = 16;

/**
 * A copy of each file of lines of OpenAI batch files with the bytes of their images in place of https URLs. What was fetched for a
 * dataset is fetched once: the same dataset has the same copies from then on, whatever stands behind its URLs later, so the same command
 * finds its run. Copies that were not finished go on with the images that are there.
 */
export async function fetchedCopies(input: FetchInput): Promise<readonly KeptFile[]> {
  const { hosts, maxTotalBytes = MAX_TOTAL_BYTES } = input.asked;
  const names = copyNames(canonicalJson({ schema: 'fetched/2', pins: input.pins, hosts: hosts ?? null, maxTotalBytes }));
  const known = join(input.folder, names.note);
  const folder = join(input.folder, names.folder);
  if (input.asked.again) for (const path of [known, folder]) await rm(path, { recursive: true, force: true });
  const before = await knownCopies(known, input.sources.length);
  if (before !== undefined) {
    input.notice('the images are those that were fetched for this dataset before');
    return before;
  }
  await makeImageFolder(folder);
  const reach = createImageReach(input.reach);
  const bounds = { maxBytes: MAX_IMAGE_BYTES, timeoutMs: TIMEOUT_MS, hosts, signal: input.signal };
  const images = new KeptImages({ folder, get: reach.get, clock: nodeClock, bounds, maxTotalBytes });
  try {
    const copies: KeptFile[] = [];
    for (const source of input.sources) copies.push(await writeCopy(source, input, images));
    // whoever was there first has said what the dataset is
    const first = await knownCopies(known, input.sources.length);
    if (first !== undefined) return first;
    await writeWhole(known, JSON.stringify(copies), { what: 'note which images were fetched', makesFolder: true });
    const { fetched, failed, bytes } = images.counts;
    const lost = failed === 0 ? '' : `; ${failed} could not be fetched, and their lines are rejected`;
    input.notice(`images: ${fetched} fetched, ${(bytes / 1e6).toFixed(1)} MB${lost}`);
    // they stand in the copies now
    await rm(folder, { recursive: true, force: true });
    return copies;
  } catch (error) {
    input.signal?.throwIfAborted();
    // a process that was faster has taken the images away that it has written
    const first = await knownCopies(known, input.sources.length);
    if (first !== undefined) return first;
    throw error;
  } finally {
    reach.close();
  }
}

async function writeCopy(source: Source, { how, spool, signal, onProgress }: FetchInput, images: KeptImages): Promise<KeptFile> {
  const blank = new BlankLines();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const file = await SpoolFile.begin(spool);
  try {
    const pass = { signal, ...(onProgress === undefined ? {} : { onProgress }) };
    for await (const batch of rowBatches([source], how, pass)) {
      const wanted = Array.from({ length: batch.count }, (_, row) =>
        batch.reject[row] === 0 ? imagesToFetch(rowValue(decoder, batch, row)).map(({ url }) => url) : [],
      );
      await eachAtOnce([...new Set(wanted.flat())], (url) => images.keep(url));
      for (const [row, urls] of wanted.entries()) {
        for (const lines of blank.before(batch, row)) await file.write(bytesOf(lines));
        if (urls.length === 0) for (const piece of wholeRow(batch, row)) await file.write(bytesOf(piece));
        else await file.write(bytesOf(`${JSON.stringify(await fetchedLine(rowValue(decoder, batch, row), urls, images))}\n`));
      }
    }
    await file.seal();
    return await file.keep();
  } catch (error) {
    signal?.throwIfAborted();
    throw storageError(error, 'keep the lines with their images in the state directory');
  } finally {
    await file.discard();
  }
}

async function fetchedLine(value: unknown, urls: readonly string[], images: KeptImages): Promise<unknown> {
  const results = new Map<string, FetchResult>();
  for (const url of urls) results.set(url, await images.result(url));
  return withFetched(value, results);
}

function bytesOf(piece: string | Uint8Array): Uint8Array {
  return typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
}

/** Some at a time; the first that fails ends it when those under way have ended. */
async function eachAtOnce(urls: readonly string[], work: (url: string) => Promise<void>): Promise<void> {
  const rest = urls.values();
  const one = async (): Promise<void> => {
    for (const url of rest) await work(url);
  };
  const settled = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, urls.length) }, one));
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
}

/** The copies that were made for a dataset, if they are still whole. */
async function knownCopies(path: string, count: number): Promise<readonly KeptFile[] | undefined> {
  try {
    const copies = copiesOfNote(JSON.parse(await readFile(path, 'utf8')));
    if (copies?.length !== count) return undefined;
    // from now on they are as young as what is new: until the run that takes them refers to them, nobody else says that they are used
    const now = new Date(nodeClock.now());
    for (const file of [path, ...copies.map((copy) => copy.path)]) await utimes(file, now, now);
    const sizes = await Promise.all(copies.map(async (copy) => (await stat(copy.path)).size));
    return copies.every(({ bytes }, i) => sizes[i] === bytes) ? copies : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) === 'ENOENT') return undefined;
    throw storageError(error, 'read which images were fetched');
  }
}
