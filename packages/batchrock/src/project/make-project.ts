import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '@batchrock/core';
import { storageError, systemErrorCode } from '../node/index.ts';
import { SAMPLE_PROJECT } from './sample-project.ts';

/** What a folder was given. Paths are those below it. */
export interface MadeProject {
  readonly written: readonly string[];
  /** These stood there before, and are as they were. */
  readonly kept: readonly string[];
}

/**
 * Puts a project to begin with into a folder, which is made where there is none. Nothing that is there is touched. Throws `BR-E0120`
 * for a place that cannot be written to.
 */
export async function makeProject(folder: string): Promise<MadeProject> {
  const written: string[] = [];
  const kept: string[] = [];
  for (const [name, text] of Object.entries(SAMPLE_PROJECT)) {
    const path = join(folder, name);
    await makeFolder(dirname(path));
    if (await writeNew(path, text)) written.push(name);
    else kept.push(name);
  }
  return { written, kept };
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw storageError(error, `make the folder ${path}`);
    throw new InputError('BR-E0120', `cannot make the folder ${path}: a file stands there`, { hint: 'give another path' });
  }
}

/** False where something has that name. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw storageError(error, `write ${path}`);
  }
}
