import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { optionalSetting } from '../settings/index.ts';

/** A family of the user's project that a construct has put beside the code of the functions. */
export interface StackFamily {
  readonly name: string;
  /** Of the module as it stood in the project, in hexadecimal: what it was bundled with has no part in it. */
  readonly sha256: string;
  /** The name of that file, as messages and documents of runs call it. */
  readonly path: string;
  /** The bundled module, absolute. */
  readonly file: string;
}

/**
 * The families that were deployed with a function; none where the environment names no list. The list is a JSON file in the function's
 * code, an array of `{name, sha256, path, file}`, and each `file` lies beside it.
 */
export function readStackFamilies(): readonly StackFamily[] {
  const setting = optionalSetting('FAMILIES');
  if (setting === undefined) return [];
  const list = resolve(optionalSetting('LAMBDA_TASK_ROOT') ?? '', setting);
  const entries = JSON.parse(readFileSync(list, 'utf8')) as readonly StackFamily[];
  return entries.map((entry) => ({ ...entry, file: join(dirname(list), entry.file) }));
}
