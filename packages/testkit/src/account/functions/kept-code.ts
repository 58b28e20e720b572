import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join, parse } from 'node:path';

/**
 * The folder of a function's code, at the same place for the same content, whichever assembly it comes from: Node finds by its
 * path what it has compiled of a file. `key` is that of the asset, which holds the hash of the content.
 */
export function keptCode(folder: string, key: string, cache = process.env['NODE_COMPILE_CACHE'] ?? ''): string {
  if (cache === '') return folder;
  const kept = join(cache, 'functions', parse(key).name);
  if (existsSync(kept)) return kept;
  // whole before it is there under its name
  const next = `${kept}.${randomUUID()}`;
  cpSync(folder, next, { recursive: true, dereference: true });
  try {
    renameSync(next, kept);
  } catch (error) {
    rmSync(next, { recursive: true });
    // another worker was first
    if (!existsSync(kept)) throw error;
  }
  return kept;
}
