import type { FileBody, ShownFile } from '../../queue/index.ts';
import { shownFile } from '../../queue/index.ts';

/** A file of a queue. Times are milliseconds since the epoch. */
export interface QueuedFile extends ShownFile {
  /** Where its results are, or will be: `s3://bucket/folder/`; absent until that is known. */
  readonly resultsUri?: string;
}

/** A file as its users see it. */
export function queuedFile(file: FileBody): QueuedFile {
  const shown = shownFile(file);
  if (file.results === undefined) return shown;
  return { ...shown, resultsUri: `s3://${file.output?.bucket ?? file.queue}/${file.results}` };
}
