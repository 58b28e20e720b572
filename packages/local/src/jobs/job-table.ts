import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvariantError, isTerminalStatus } from '@batchrock/core';
import type { Job } from './job.ts';

/** All jobs of a server, in memory and on disk: one small JSON file each, replaced as a whole. */
export interface JobTable {
  get(jobId: string): Job | undefined;
  /** In the order of their creation. */
  all(): Iterable<Job>;
  /** Jobs of that name, in the order of their creation. */
  named(jobName: string): readonly Job[];
  /** The newest job of a client request token in a Region. */
  withToken(token: string, region: string): Job | undefined;
  /** Jobs of a model in a Region that have not ended. */
  openJobs(baseModelId: string, region: string): number;
  add(job: Job): void;
  /** Changes a job, on disk before in memory; the changed job. */
  update(jobId: string, change: Partial<Job>): Job;
}

/** Opens the table in a folder, which is made when it does not exist. Whatever a crash left half written is ignored. */
export function openJobTable(dir: string): JobTable {
  mkdirSync(dir, { recursive: true });
  const jobs = new Map<string, Job>();
  const byName = new Map<string, string[]>();
  const byToken = new Map<string, string>();

  const write = (job: Job): void => {
    const path = join(dir, `${job.jobId}.json`);
    writeFileSync(`${path}.tmp`, JSON.stringify(job));
    renameSync(`${path}.tmp`, path);
  };
  const remember = (job: Job): void => {
    jobs.set(job.jobId, job);
    byToken.set(`${job.region}/${job.clientRequestToken}`, job.jobId);
    byName.set(job.jobName, [...(byName.get(job.jobName) ?? []), job.jobId]);
  };
  for (const job of readJobs(dir)) remember(job);

  return {
    get: (jobId) => jobs.get(jobId),
    all: () => jobs.values(),
    named: (jobName) => (byName.get(jobName) ?? []).map((jobId) => jobs.get(jobId)!),
    withToken: (token, region) => jobs.get(byToken.get(`${region}/${token}`) ?? ''),
    openJobs(baseModelId, region) {
      let open = 0;
      for (const job of jobs.values()) {
        if (job.baseModelId === baseModelId && job.region === region && !isTerminalStatus(job.status)) open += 1;
      }
      return open;
    },
    add(job) {
      write(job);
      remember(job);
    },
    update(jobId, change) {
      const job = jobs.get(jobId);
      if (job === undefined) throw new InvariantError(`job ${jobId} is not in the table`);
      const changed = { ...job, ...change };
      write(changed);
      jobs.set(jobId, changed);
      return changed;
    },
  };
}

function readJobs(dir: string): Job[] {
  const files = readdirSync(dir).filter((name) => name.endsWith('.json'));
  const jobs = files.map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as Job);
  return jobs.sort((a, b) => a.submittedAt - b.submittedAt || (a.jobId < b.jobId ? -1 : 1));
}
