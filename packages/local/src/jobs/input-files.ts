import { listAll, type ObjectStorage } from '../storage/index.ts';
import type { JobLocation } from './job.ts';

/** One `.jsonl` object of a job's input. */
export interface InputFile {
  readonly key: string;
  /** The last segment of the key. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** Why the input cannot be used, in words for the job's message. */
export interface InputProblem {
  readonly problem: string;
}

/**
 * Finds the input of a job: the object itself when the URI names a `.jsonl` object, else every `.jsonl` directly in the
 * folder, in order of their keys. Other objects are taken for content that records refer to. A `.jsonl` in a folder below
 * is refused: what the service makes of one is not documented.
 */
export async function findInput(storage: ObjectStorage, input: JobLocation): Promise<readonly InputFile[] | InputProblem> {
  if (!(await storage.hasBucket(input.bucket))) return { problem: `The S3 bucket ${input.bucket} does not exist.` };
  const single = input.uri.endsWith('/') || input.key === '' ? undefined : await storage.head(input.bucket, input.key);
  if (single !== undefined) {
    if (input.key.endsWith('.jsonl')) return [inputFile(single.key, single.size)];
    return { problem: `The input file ${input.uri} must have the file name extension .jsonl.` };
  }
  const folder = input.key === '' ? '' : `${input.key}/`;
  const files: InputFile[] = [];
  for await (const { key, size } of listAll(storage, input.bucket, folder)) {
    if (!key.endsWith('.jsonl')) continue;
    if (key.slice(folder.length).includes('/')) {
      return {
        problem: `The input file s3://${input.bucket}/${key} is in a folder below ${input.uri}; put all .jsonl files directly in it.`,
      };
    }
    files.push(inputFile(key, size));
  }
  if (files.length > 0) return files;
  return { problem: `There is no file with the extension .jsonl at ${input.uri}.` };
}

function inputFile(key: string, size: number): InputFile {
  return { key, name: key.slice(key.lastIndexOf('/') + 1), size };
}
