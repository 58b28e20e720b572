import { InputError, isBatchrockError, MODEL_CATALOGUE, resolveModel } from '@batchrock/core';

/** Where files are put that are to be processed. */
export const INTAKE_PREFIX = 'to-process/';
/** Where files end that cannot be used. */
export const FAILED_PREFIX = 'failed/';

/** What the key of a file says. */
export interface FileKey {
  /** The path without its ending, with the folder of the model where there is one. */
  readonly name: string;
  readonly modelId: string;
}

const ENDING = /\.jsonl(\.gz|\.zst)?$/i;

/** Keys are up to 1,024 bytes long (S3 User Guide, "Naming Amazon S3 objects", 2026-11), and those of results are longer than the file's. */
const MOST_NAME_BYTES = 960;

/**
 * Reads the key of a file below `to-process/`: its name, and the model that its first folder names, or else the default. Throws
 * `BR-E0117` for another ending, `BR-E0105` where no model is named or the folder is no model that is known, `BR-E0120` for a name
 * that is too long.
 */
export function parseFileKey(key: string, defaultModel: string | undefined): FileKey {
  const path = key.startsWith(INTAKE_PREFIX) ? key.slice(INTAKE_PREFIX.length) : key;
  const name = nameOf(path);
  const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
  const named = modelNamed(folder);
  if (named !== undefined) return { name, modelId: named };
  if (defaultModel !== undefined) return { name, modelId: defaultModel };
  throw new InputError('BR-E0105', `${key} names no model, and the queue has no default`, {
    hint: `put the file into a folder that is called like its model: ${INTAKE_PREFIX}<model id>/${path}`,
  });
}

/** The name of a file that was enqueued by its key. Throws `BR-E0117` for another ending, `BR-E0120` for a name that is too long. */
export function nameOf(path: string): string {
  if (!ENDING.test(path)) {
    throw new InputError('BR-E0117', `${path} is no .jsonl file`, {
      hint: 'a file of the queue is JSON Lines and ends in .jsonl, .jsonl.gz or .jsonl.zst: a line is {"modelInput": {…}}',
    });
  }
  const name = path.replace(ENDING, '');
  const bytes = Buffer.byteLength(name);
  if (bytes > MOST_NAME_BYTES) {
    throw new InputError('BR-E0120', `the name of the file has ${bytes} bytes; at most ${MOST_NAME_BYTES} are allowed`, {
      hint: 'give it a shorter name, or fewer folders',
    });
  }
  if (name === '' || name.endsWith('/')) {
    throw new InputError('BR-E0117', `${path} has no name before its ending`, { hint: 'give it one, such as reviews.jsonl' });
  }
  return name;
}

/** What model ids begin with: `anthropic`, `amazon`, … */
const VENDORS = new Set(MODEL_CATALOGUE.map(({ id }) => id.slice(0, id.indexOf('.'))));

/** The model that a folder is called like; undefined where its name looks like none. Throws `BR-E0105` for one that is not known. */
function modelNamed(folder: string): string | undefined {
  if (folder === '') return undefined;
  try {
    return resolveModel(folder).modelId;
  } catch (error) {
    if (!isBatchrockError(error) || error.code !== 'BR-E0105') throw error;
    if (looksLikeModel(folder)) throw error;
    return undefined;
  }
}

/** `anthropic.something`, also behind the prefix of a profile. */
function looksLikeModel(folder: string): boolean {
  const [first = '', second = '', third] = folder.split('.');
  return (VENDORS.has(first) && second !== '') || (VENDORS.has(second) && third !== undefined);
}
