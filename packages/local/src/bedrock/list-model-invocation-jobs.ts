import type { JobStatus } from '@batchrock/core';
import type { Job } from '../jobs/index.ts';
import { jobView } from './job-view.ts';
import { JOB_NAME } from './patterns.ts';
import { AwsError } from './service-error.ts';
import type { BedrockState, Operation } from './state.ts';
import { createValidation, type Validation } from './validation.ts';

const STATUSES: readonly JobStatus[] = [
  'Submitted',
  'InProgress',
  'Completed',
  'Failed',
  'Stopping',
  'Stopped',
  'PartiallyCompleted',
  'Expired',
  'Validating',
  'Scheduled',
];
/** The service documents no default; its pages hold at most 1,000. */
const DEFAULT_PAGE = 100;

/** Lists the jobs of a Region, newest first unless asked otherwise. A job younger than the list's lag is not in it. */
export const listModelInvocationJobs: Operation = (call, state) => {
  const query = readQuery(call.query);
  const matching = jobsFor(query, call.region, state);
  const page = matching.slice(0, query.maxResults);
  const last = page.at(-1);
  return {
    invocationJobSummaries: page.map((job) => jobView(job, state)),
    ...(last !== undefined && matching.length > page.length ? { nextToken: pageToken(last) } : {}),
  };
};

interface ListQuery {
  readonly submitTimeAfter: number | undefined;
  readonly submitTimeBefore: number | undefined;
  readonly statusEquals: string | undefined;
  readonly nameContains: string | undefined;
  readonly maxResults: number;
  readonly ascending: boolean;
  readonly after: PageStart | undefined;
}

/** Where the page before ended: pages stay whole while jobs come and go. */
interface PageStart {
  readonly at: number;
  readonly jobId: string;
}

function readQuery(query: URLSearchParams): ListQuery {
  const v = createValidation();
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  const maxResults = text('maxResults');
  const token = v.optionalString(text('nextToken'), 'nextToken', { minLength: 1, maxLength: 2048, pattern: /\S*/ });
  v.optionalString(text('sortBy'), 'sortBy', { oneOf: ['CreationTime'] });
  const order = v.optionalString(text('sortOrder'), 'sortOrder', { oneOf: ['Ascending', 'Descending'] });
  const read = {
    submitTimeAfter: timeOf(text('submitTimeAfter'), 'submitTimeAfter', v),
    submitTimeBefore: timeOf(text('submitTimeBefore'), 'submitTimeBefore', v),
    statusEquals: v.optionalString(text('statusEquals'), 'statusEquals', { oneOf: STATUSES }),
    nameContains: v.optionalString(text('nameContains'), 'nameContains', JOB_NAME),
    maxResults:
      v.optionalInteger(maxResults === undefined ? undefined : Number(maxResults), 'maxResults', 1, 1000) ?? DEFAULT_PAGE,
    ascending: order === 'Ascending',
  };
  v.finish();
  return { ...read, after: token === undefined ? undefined : pageStart(token) };
}

function timeOf(value: string | undefined, at: string, v: Validation): number | undefined {
  if (value === undefined) return undefined;
  const time = Date.parse(value);
  if (Number.isNaN(time)) v.problem(value, at, 'Member must be a timestamp');
  return time;
}

function jobsFor(query: ListQuery, region: string, state: BedrockState): readonly Job[] {
  const visibleBefore = state.clock.now() - state.settings.listLagMs;
  const jobs: Job[] = [];
  for (const job of state.jobs.all()) {
    if (job.region !== region) continue;
    if (state.settings.listLagMs > 0 && job.submittedAt > visibleBefore) continue;
    if (query.submitTimeAfter !== undefined && job.submittedAt < query.submitTimeAfter) continue;
    if (query.submitTimeBefore !== undefined && job.submittedAt > query.submitTimeBefore) continue;
    if (query.statusEquals !== undefined && job.status !== query.statusEquals) continue;
    if (query.nameContains !== undefined && !job.jobName.includes(query.nameContains)) continue;
    if (query.after !== undefined && compare(job, query.after) * (query.ascending ? 1 : -1) <= 0) continue;
    jobs.push(job);
  }
  const direction = query.ascending ? 1 : -1;
  return jobs.sort((a, b) => direction * compare(a, { at: b.submittedAt, jobId: b.jobId }));
}

function compare(job: Job, { at, jobId }: PageStart): number {
  return job.submittedAt - at || (job.jobId < jobId ? -1 : job.jobId > jobId ? 1 : 0);
}

function pageToken(job: Job): string {
  return Buffer.from(JSON.stringify([job.submittedAt, job.jobId])).toString('base64url');
}

function pageStart(token: string): PageStart {
  try {
    const [at, jobId] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (typeof at === 'number' && typeof jobId === 'string') return { at, jobId };
  } catch {
    // Not one of ours: refused below.
  }
  throw new AwsError('ValidationException', 'The provided nextToken is invalid.');
}
