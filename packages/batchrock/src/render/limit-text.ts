import type { ModelLimits } from '@batchrock/core';
import { bytes, count, plural } from './figures.ts';

type Limit = Exclude<keyof ModelLimits, 'source' | 'date'>;

const TEXTS: Readonly<Record<Limit, (value: number) => string>> = {
  maxJobs: (value) => `${plural(value, 'job')} at once`,
  minRecords: (value) => `${plural(value, 'record')} a job at least`,
  maxRecords: (value) => `${plural(value, 'record')} a job at most`,
  maxRecordsPerFile: (value) => `${plural(value, 'record')} a file at most`,
  maxFileBytes: (value) => `files of ${bytes(value)}`,
  maxJobBytes: (value) => `jobs of ${bytes(value)}`,
  maxRecordBytes: (value) => `records of ${bytes(value)}`,
};

/** A limit, and what it is in the place of: `20 jobs at once, not 100`. */
export function limitText(limit: Limit, value: number, instead: number): string {
  return `${TEXTS[limit](value)}, not ${limit.endsWith('Bytes') ? bytes(instead) : count(instead)}`;
}
