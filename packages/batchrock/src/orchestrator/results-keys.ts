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
