import type { CallOptions, JobView } from '../ports/index.ts';
import type { RunDocument } from './document.ts';
import type { RunPorts } from './ports.ts';

/** Clocks differ: a job may have been submitted this long before its run was created, by another clock. */
const CLOCK_MARGIN_MS = 60 * 60_000;

/** The jobs whose names begin as those of a run do, as List tells them. */
export function jobsOfRun(
  { service }: Pick<RunPorts, 'service'>,
  { job, createdAt }: Pick<RunDocument, 'job' | 'createdAt'>,
  o?: CallOptions,
): AsyncIterable<JobView> {
  return service.list({ nameContains: `${job.namePrefix}-`, submittedAfter: createdAt - CLOCK_MARGIN_MS }, o);
}
