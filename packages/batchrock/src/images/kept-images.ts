import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type FetchResult, InputError, imageType } from '@batchrock/core';
import { storageError, systemErrorCode, writeWhole } from '../node/index.ts';
import { imageName } from './image-names.ts';
import { type GetImage, type ImageBounds, ImageFailure } from './image-reach.ts';

/** Where images are kept while a copy of a dataset is made, and how they are got. */
export interface KeptImagesOptions {
  readonly folder: string;
  readonly get: GetImage;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly bounds: ImageBounds;
  /** Bytes of all images together. */
  readonly maxTotalBytes: number;
}

const KEPT = { what: 'keep an image in the state directory' };
const ATTEMPTS = 3;
const PAUSE_MS = 500;

/**
 * Images by their URLs, each fetched once: what came, or why nothing did, is kept in a folder and is what comes from then on, also to
 * a process that goes on after this one.
 */
export class KeptImages {
  readonly #o: KeptImagesOptions;
  readonly #known = new Set<string>();
  #bytes = 0;
  #failed = 0;

  constructor(options: KeptImagesOptions) {
    this.#o = options;
  }

  /** Images that were fetched, or were there, and those that could not be. */
  get counts(): { readonly fetched: number; readonly failed: number; readonly bytes: number } {
    return { fetched: this.#known.size - this.#failed, failed: this.#failed, bytes: this.#bytes };
  }

  /** Sees to it that an image is kept. Throws `BR-E0120` when there are more bytes than allowed in all. */
  async keep(url: string): Promise<void> {
    const path = this.#path(url);
    if (this.#known.has(path)) return;
    const kept = (await readKept(path)) ?? (await this.#fetch(url, path));
    if (this.#known.has(path)) return;
    this.#known.add(path);
    if ('why' in kept) this.#failed += 1;
    else this.#bytes += kept.bytes.length;
    if (this.#bytes <= this.#o.maxTotalBytes) return;
    const most = `${Math.floor(this.#o.maxTotalBytes / 1e6)} MB`;
    throw new InputError('BR-E0120', `the images of the dataset are more than ${most} together; nothing was sent`, {
      hint: 'split the dataset, or put images into the lines as data: URLs',
    });
  }

  /** What was kept for a URL. Throws `BR-E0509` where it was taken away since. */
  async result(url: string): Promise<FetchResult> {
    const kept = await readKept(this.#path(url));
    if (kept === undefined) throw storageError(new Error('it is gone'), 'read an image that was kept');
    if ('why' in kept) return kept;
    const base64 = Buffer.from(kept.bytes).toString('base64');
    const mediaType = imageType(base64);
    return mediaType === undefined ? { why: NO_IMAGE } : { mediaType, base64 };
  }

  async #fetch(url: string, path: string): Promise<Kept> {
    for (let attempt = 1; ; attempt++) {
      try {
        const bytes = await this.#o.get(url, this.#o.bounds);
        if (imageType(Buffer.from(bytes.subarray(0, 24)).toString('base64')) === undefined) throw new ImageFailure(NO_IMAGE);
        await writeWhole(path, bytes, KEPT);
        return { bytes };
      } catch (error) {
        if (!(error instanceof ImageFailure)) throw error;
        if (!error.again || attempt === ATTEMPTS) {
          await writeWhole(`${path}.why`, error.message, KEPT);
          return { why: error.message };
        }
        await this.#o.clock.sleep(PAUSE_MS * 2 ** (attempt - 1), this.#o.bounds.signal);
      }
    }
  }

  #path(url: string): string {
    return join(this.#o.folder, imageName(url));
  }
}

const NO_IMAGE = 'it is no PNG, JPEG, GIF or WebP';

type Kept = { readonly bytes: Uint8Array } | { readonly why: string };

async function readKept(path: string): Promise<Kept | undefined> {
  const bytes = await readIfThere(path);
  if (bytes !== undefined) return { bytes };
  const why = await readIfThere(`${path}.why`);
  return why === undefined ? undefined : { why: why.toString() };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw storageError(error, 'read an image that was kept');
  }
}

/** Makes a folder for images. */
export async function makeImageFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storageError(error, 'keep images in the state directory');
  }
}
