import { InputError } from '@batchrock/core';

/** How an orchestrator writes a file of results. */
export type ResultsFormat = 'parquet' | 'csv';

/** Where the results of all runs lie in the bucket: the folder that the orchestrator had which this one follows. */
const RESULTS = 'batch_output_parquet';

/** Folder of an execution's results, with a slash at its end. */
export function resultsFolder(jobNamePrefix: string): string {
  return `${RESULTS}/${jobNamePrefix}/`;
}

/** The results of one part of the first attempt. */
export function resultsKey(jobNamePrefix: string, part: number, format: ResultsFormat): string {
  return `${resultsFolder(jobNamePrefix)}${String(part).padStart(4, '0')}.${format}`;
}

/** What says which run the results are of, and which files they are. */
export function pointerKey(jobNamePrefix: string): string {
  return `${resultsFolder(jobNamePrefix)}run.json`;
}

/** What stands in keys of objects and in addresses without being escaped; no empty name, and none of dots alone. */
const PREFIX = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const MOST_PREFIX = 200;

/** A `job_name_prefix` that names a folder. Throws `BR-E0120` for one that does not; `option` is what gave it. */
export function checkedJobNamePrefix(prefix: string, option = 'job_name_prefix'): string {
  if (prefix.length <= MOST_PREFIX && PREFIX.test(prefix)) return prefix;
  const allowed = `1 to ${MOST_PREFIX} letters, digits and - _ . with single slashes between names that do not begin with a dot`;
  const given = JSON.stringify(prefix.slice(0, MOST_PREFIX));
  throw new InputError('BR-E0120', `${option} is ${given}; allowed: ${allowed}`, { details: { key: option } });
}
