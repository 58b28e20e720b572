import { type CallOptions, type ObjectStore, readText, StateError } from '@batchrock/core';
import type { ResultsFormat } from './results-keys.ts';

/** How a run came out: `PartiallyCompleted` when more of its rows than are tolerated have no answer. */
export type ResultsStatus = 'Completed' | 'PartiallyCompleted';

/** Rows by what became of them. */
export interface ResultCounts {
  readonly rows: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly rejected: number;
  /** Of the succeeded: cut off at the token limit. */
  readonly truncated: number;
}

/** `batch_output_parquet/<prefix>/run.json`, schema `batchrock.results/1`: whose folder it is, and what lies in it. */
export interface ResultsPointer {
  readonly schema: 'batchrock.results/1';
  readonly run: string;
  /** The execution that asked for it. */
  readonly execution: string;
  readonly job_name_prefix: string;
  /** Absent until all files are there. */
  readonly results?: {
    readonly format: ResultsFormat;
    readonly status: ResultsStatus;
    readonly counts: ResultCounts;
    readonly tokens: { readonly input: number | null; readonly output: number | null };
    readonly cost_usd: number | null;
    /** Keys of the bucket, in order of the rows. */
    readonly files: readonly string[];
  };
}

/** What claims a folder, or says what lies in it; undefined when nothing does. Throws `BR-E0205` for what it cannot read. */
export async function readPointer(objects: ObjectStore, key: string, o?: CallOptions): Promise<ResultsPointer | undefined> {
  const text = await readText(objects, key, o);
  if (text === undefined) return undefined;
  const pointer = parsed(text);
  if (pointer?.schema === 'batchrock.results/1') return pointer;
  throw new StateError('BR-E0205', `${objects.uri}/${key} is not of the schema batchrock.results/1`, {
    hint: 'choose another job_name_prefix, or remove the folder',
    details: { key },
  });
}

/** The text of a pointer. */
export function pointerText(pointer: ResultsPointer): string {
  return `${JSON.stringify(pointer, null, 2)}\n`;
}

function parsed(text: string): ResultsPointer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as ResultsPointer) : undefined;
  } catch {
    return undefined;
  }
}
