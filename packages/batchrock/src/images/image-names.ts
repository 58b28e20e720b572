import { nameBehind, nodeSha256 } from '../node/index.ts';
import type { KeptFile } from '../request/spool-file.ts';

/** What stands in the folder of images: for each dataset a folder of its images until its copies are made, then a note which they are. */
export function copyNames(key: string): { readonly note: string; readonly folder: string } {
  const hash = sha256(key).slice(0, 32);
  return { note: `${hash}.json`, folder: hash };
}

/** What an image is called in its folder, by its URL. What keeps it from being there stands beside it, under the name with `.why`. */
export function imageName(url: string): string {
  return sha256(url);
}

/** Whether a file is called as such a note is. */
export function isNoteName(name: string): boolean {
  return /^[0-9a-f]{32}\.json$/.test(name);
}

/** Whether a folder is called as one of images is. */
export function isImageFolderName(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

/** Whether a file in such a folder is called as what is put there, or is on its way there. */
export function isImageName(name: string): boolean {
  return /^[0-9a-f]{64}(\.why)?$/.test(nameBehind(name) ?? name);
}

/** What a note says; undefined for what is none. */
export function copiesOfNote(value: unknown): readonly KeptFile[] | undefined {
  return Array.isArray(value) && value.length > 0 && value.every(isKept) ? value : undefined;
}

function isKept(value: unknown): value is KeptFile {
  const { path, xxh128, bytes } = (value ?? {}) as Partial<Record<keyof KeptFile, unknown>>;
  return typeof path === 'string' && typeof xxh128 === 'string' && typeof bytes === 'number';
}

function sha256(text: string): string {
  return Buffer.from(nodeSha256.sha256(new TextEncoder().encode(text))).toString('hex');
}
