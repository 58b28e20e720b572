import type { Key } from '../ports/index.ts';

/** Ledger keys. Zero-padded, so that they sort as their numbers do. */
export const ledgerKeys = {
  run: (run: string): Key => `RUN#${run}`,
  part: (run: string, attempt: number, part: number): Key => `RUN#${run}/PART#${partId(attempt, part)}`,
  event: (run: string, seq: number): Key => `RUN#${run}/EVENT#${String(seq).padStart(10, '0')}`,
  lane: (lane: string): Key => `LANE#${lane}`,
  /** By job name: leads to the key of its part. */
  name: (jobName: string): Key => `NAME#${jobName}`,
} as const;

/** `00007-2`: part 7 of the second attempt. */
export function partId(attempt: number, part: number): string {
  return `${String(part).padStart(5, '0')}-${attempt}`;
}

/** Whether an object is input of a job: nothing needs it when its records have their outcomes. */
export function isInputKey(key: string): boolean {
  return /^runs\/[^/]+\/input\//.test(key);
}

/** What the n-th file of a job's input is called. */
export function inputName(file: number): string {
  return `${String(file).padStart(3, '0')}.jsonl`;
}

/** The order of parts in the `parts` index: by attempt, then by part. */
export function partSort(attempt: number, part: number): string {
  return `${String(attempt).padStart(3, '0')}#${String(part).padStart(6, '0')}`;
}

/** Object keys of a run. Made of our own ids alone: Bedrock's S3 URI pattern forbids `= + % : @` and spaces. */
export const objectKeys = {
  /** Where everything of a run lies. */
  folder: (run: string): string => `runs/${run}`,
  document: (run: string): string => `runs/${run}/run.json`,
  /** One line a part of an attempt, for reading by people and for `adopt`: `parts.jsonl`, `parts-2.jsonl`, … */
  parts: (run: string, attempt = 1): string => `runs/${run}/parts${attempt === 1 ? '' : `-${attempt}`}.jsonl`,
  /** What a prepared run is made of; there as soon as nothing of its preparation is left to do. */
  prepared: (run: string): string => `runs/${run}/prepared.json`,
  /** What was asked of a run after it was frozen. */
  orders: (run: string): string => `runs/${run}/orders.json`,
  /** Which ledger drives a run. */
  owner: (run: string): string => `runs/${run}/owner.json`,
  summary: (run: string): string => `runs/${run}/summary.json`,
  /** Where the inputs of all its jobs lie. */
  inputs: (run: string): string => `runs/${run}/input/`,
  inputFolder: (run: string, attempt: number, part: number): string => `runs/${run}/input/${partId(attempt, part)}/`,
  inputFile: (run: string, attempt: number, part: number, file: number): string =>
    `runs/${run}/input/${partId(attempt, part)}/${inputName(file)}`,
  /** Where the outputs of all its jobs lie, in the same store as each of them. */
  outputs: (run: string): string => `runs/${run}/output/`,
  /** In the store of the output, where a run has one of its own; all else is in the store of the run. */
  outputFolder: (run: string, attempt: number, part: number): string => `runs/${run}/output/${partId(attempt, part)}/`,
  /** The rows of a part of the first attempt, as they came. */
  rows: (run: string, part: number, format: string, suffix: string): string =>
    `runs/${run}/rows/${String(part).padStart(5, '0')}.${format}${suffix}`,
  /** How many rows have the outcomes of a part's records, where all rows of a run are compared. */
  duplicates: (run: string, part: number): string => `runs/${run}/duplicates/${String(part).padStart(5, '0')}.jsonl`,
  /** Sorted by record id; attempt 0 holds the rejected rows of part `part` of the first attempt. */
  outcomes: (run: string, attempt: number, part: number): string => `runs/${run}/outcomes/${partId(attempt, part)}.jsonl`,
} as const;
