import { type BatchService, isTerminalStatus, type JobQuery, type JobSpec, type JobStatus, type JobView } from '@batchrock/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** How a job that is not stopped comes to its end. */
export type JobEnd = Extract<JobStatus, 'Completed' | 'PartiallyCompleted' | 'Failed' | 'Expired'>;

/** A batch service under test: one that remembers tokens, takes a name once and lists a job at once. */
export interface BatchServiceUnderTest {
  readonly service: BatchService;
  /** Starts with a slash or a bucket of its own: where jobs read from and write to, such as `s3://bucket/`. */
  readonly uri: string;
  /** What `notAfter` is compared with, in milliseconds since the epoch. */
  now(): number;
  /** Puts so many records into a folder below `uri`. */
  putInput(folder: string, records: number): Promise<void>;
  /** The jobs that are created from now on end so, if nobody stops them. */
  jobsEnd(end: JobEnd): void;
  /** Lets so much of the service's time go by. Jobs live until some does. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Jobs that the service takes at once. */
export interface BatchServiceOptions {
  readonly maxJobs: number;
}

const MAX_JOBS = 12;
const HOUR_MS = 3_600_000;
/** Time of the service in which any job has come to its end: the longest timeout and a day. */
const LONGEST_HOURS = 192;

/**
 * What every batch service must do. What Bedrock leaves open (the lifetime of a token, whether a name may be used twice, how
 * late List is) is fixed by who is under test; the simulation varies it.
 */
export function describeBatchService(
  name: string,
  create: (options: BatchServiceOptions) => Promise<BatchServiceUnderTest>,
): void {
  describe(`the batch service: ${name}`, () => {
    let under: BatchServiceUnderTest;
    let service: BatchService;

    beforeEach(async () => {
      under = await create({ maxJobs: MAX_JOBS });
      service = under.service;
      await under.putInput('in/', 4);
    });
    afterEach(() => under?.close());

    const spec = (jobName: string, changes: Partial<JobSpec> = {}): JobSpec => ({
      jobName,
      clientRequestToken: `token-${jobName}`,
      modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
      roleArn: 'arn:aws:iam::123456789012:role/batch',
      invocationType: 'InvokeModel',
      inputUri: `${under.uri}in/`,
      outputUri: `${under.uri}out/`,
      timeoutHours: 24,
      ...changes,
    });
    const make = async (jobName: string, changes?: Partial<JobSpec>): Promise<string> =>
      (await service.create(spec(jobName, changes), { notAfter: under.now() + 60_000 })).jobArn;
    const list = (query: JobQuery = {}): Promise<JobView[]> => Array.fromAsync(service.list(query));
    const view = async (jobArn: string): Promise<JobView> => {
      const job = await service.get(jobArn);
      if (job === undefined) throw new Error(`there is no job ${jobArn}`);
      return job;
    };
    const ended = async (jobArn: string): Promise<JobView> => {
      for (let hours = 0; hours < LONGEST_HOURS && !isTerminalStatus((await view(jobArn)).status); hours++) {
        await under.pass(HOUR_MS);
      }
      return view(jobArn);
    };

    it('creates a job that lives, and shows what was asked', async () => {
      const jobArn = await make('one');
      expect(jobArn).toMatch(/^arn:aws:bedrock:[a-z0-9-]+:\d{12}:model-invocation-job\/[a-z0-9]{12}$/);
      const job = await view(jobArn);
      expect(job).toMatchObject({ jobArn, jobName: 'one', clientRequestToken: 'token-one', outputUri: `${under.uri}out/` });
      expect(job.modelId).toMatch(/^arn:.*anthropic\.claude-3-haiku-20240307-v1:0$/);
      expect(isTerminalStatus(job.status)).toBe(false);
      expect(job.endTime).toBeUndefined();
      expect(await list()).toEqual([expect.objectContaining({ jobArn, jobName: 'one', clientRequestToken: 'token-one' })]);
    });

    it('says undefined for a job that does not exist, and lists nothing', async () => {
      expect(await service.get('arn:aws:bedrock:us-east-1:000000000000:model-invocation-job/abcdefghijkl')).toBeUndefined();
      expect(await list()).toEqual([]);
    });

    it('answers a token that it knows with its job, however often and long after', async () => {
      const jobArn = await make('one');
      expect(await make('one')).toBe(jobArn);
      await ended(jobArn);
      expect(await make('one')).toBe(jobArn);
      expect(await list()).toHaveLength(1);
    });

    it('makes one job of twenty requests of one token at once', async () => {
      const arns = await Promise.all(Array.from({ length: 20 }, () => make('one')));
      expect(new Set(arns).size).toBe(1);
      expect(await list()).toHaveLength(1);
    });

    it('makes no second job of a token, whatever else is asked with it', async () => {
      const first = await make('one');
      const again = await make('two', { clientRequestToken: 'token-one', timeoutHours: 48 }).catch((error: unknown) => error);
      if (again !== first) expect(again).toMatchObject({ reason: 'conflict', effect: 'none' });
      expect((await list()).map((job) => [job.jobArn, job.jobName])).toEqual([[first, 'one']]);
    });

    it('refuses a name that is taken under another token, and makes nothing', async () => {
      const jobArn = await make('one');
      const conflict = { kind: 'service', reason: 'conflict', effect: 'none', code: 'BR-E0505' };
      await expect(make('one', { clientRequestToken: 'another' })).rejects.toMatchObject(conflict);
      await ended(jobArn);
      await expect(make('one', { clientRequestToken: 'another' })).rejects.toMatchObject(conflict);
      expect(await list()).toHaveLength(1);
    });

    it('refuses a job above the quota, makes nothing, and takes it when another has ended', async () => {
      for (let i = 0; i < MAX_JOBS; i++) await make(`job-${i}`);
      const quota = { kind: 'service', reason: 'quota', effect: 'none', code: 'BR-E0507' };
      await expect(make('late')).rejects.toMatchObject(quota);
      expect(await list()).toHaveLength(MAX_JOBS);
      const [first] = await list({ nameContains: 'job-0' });
      expect(await make('job-0')).toBe(first!.jobArn);
      await service.stop(first!.jobArn);
      expect((await ended(first!.jobArn)).status).toBe('Stopped');
      await make('late');
      expect(await list({ nameContains: 'late' })).toHaveLength(1);
    });

    it.each<[string, Partial<JobSpec>]>([
      ['a name with an underscore', { jobName: 'my_job' }],
      ['a name of 64 characters', { jobName: 'a'.repeat(64) }],
      ['a token that ends with a dash', { clientRequestToken: 'a-' }],
      ['a token of 257 characters', { clientRequestToken: 'a'.repeat(257) }],
      ['a role that is no ARN', { roleArn: 'batch' }],
      ['23 hours', { timeoutHours: 23 }],
      ['169 hours', { timeoutHours: 169 }],
      ['a key that is none', { outputKmsKeyId: 'key' }],
      ['an owner of 11 digits', { bucketOwner: '12345678901' }],
      ['no security groups', { vpcConfig: { subnetIds: ['subnet-1'], securityGroupIds: [] } }],
      ['17 subnets', { vpcConfig: { subnetIds: Array(17).fill('subnet-1'), securityGroupIds: ['sg-1'] } }],
      ['6 security groups', { vpcConfig: { subnetIds: ['subnet-1'], securityGroupIds: Array(6).fill('sg-1') } }],
      ['a tag with a hash', { tags: { 'a#b': 'c' } }],
      ['a tag without a name', { tags: { '': 'c' } }],
      ['an equals sign in the input', { inputUri: 's3://bucket-of-tests/dt=2026/' }],
      ['a blank in the output', { outputUri: 's3://bucket-of-tests/a b/' }],
    ])('refuses %s, and makes nothing', async (_, changes) => {
      const invalid = { kind: 'service', reason: 'invalid', effect: 'none', code: 'BR-E0504' };
      await expect(make('one', changes)).rejects.toMatchObject(invalid);
      expect(await list()).toEqual([]);
    });

    it('takes the longest of everything', async () => {
      const longest = { jobName: 'a'.repeat(63), clientRequestToken: 'a'.repeat(256), timeoutHours: 168 };
      expect((await view(await make('one', longest))).jobName).toBe(longest.jobName);
    });

    it('sends nothing after its time', async () => {
      const late = service.create(spec('late'), { notAfter: under.now() - 1 });
      await expect(late).rejects.toMatchObject({ kind: 'service', reason: 'unavailable', effect: 'none' });
      expect(await list()).toEqual([]);
    });

    it('does nothing for a caller who has cancelled', async () => {
      const jobArn = await make('one');
      const signal = AbortSignal.abort();
      const cancelled = { kind: 'cancelled' };
      await expect(service.create(spec('two'), { notAfter: under.now() + 60_000, signal })).rejects.toMatchObject(cancelled);
      await expect(service.get(jobArn, { signal })).rejects.toMatchObject(cancelled);
      await expect(Array.fromAsync(service.list({}, { signal }))).rejects.toMatchObject(cancelled);
      await expect(service.stop(jobArn, { signal })).rejects.toMatchObject(cancelled);
      expect((await list()).map((job) => [job.jobName, isTerminalStatus(job.status)])).toEqual([['one', false]]);
    });

    it('lists newest first, over as many pages as it takes, and what was asked for', async () => {
      const arns: string[] = [];
      for (let i = 0; i < MAX_JOBS; i++) {
        arns.push(await make(i % 3 === 0 ? `odd-${i}` : `even-${i}`));
        await under.pass(1_000);
      }
      const all = await list();
      expect(all.map((job) => job.jobArn)).toEqual(arns.toReversed());
      expect(new Set(all.map((job) => job.submitTime)).size).toBe(MAX_JOBS);
      expect((await list({ nameContains: 'odd-' })).map((job) => job.jobName)).toEqual(['odd-9', 'odd-6', 'odd-3', 'odd-0']);
      expect(await list({ nameContains: 'ODD' })).toEqual([]);
      const since = (await view(arns[8]!)).submitTime;
      expect((await list({ submittedAfter: since - 1 })).map((job) => job.jobArn)).toEqual(arns.slice(8).toReversed());
      expect((await list({ submittedAfter: since + 1 })).map((job) => job.jobArn)).toEqual(arns.slice(9).toReversed());
      await service.stop(arns[4]!);
      await ended(arns[4]!);
      expect((await list({ status: 'Stopped' })).map((job) => job.jobArn)).toEqual([arns[4]]);
      expect(await list({ status: 'Stopped', nameContains: 'odd-' })).toEqual([]);
    });

    it('says the same by Get and by List', async () => {
      const jobArn = await make('one');
      const [listed] = await list();
      const got = await view(jobArn);
      for (const field of ['jobName', 'modelId', 'submitTime', 'outputUri', 'clientRequestToken'] as const) {
        expect(listed?.[field]).toEqual(got[field]);
      }
    });

    it('stops a job that lives, once and for ever', async () => {
      const jobArn = await make('one');
      await service.stop(jobArn);
      expect(['Stopping', 'Stopped']).toContain((await view(jobArn)).status);
      const job = await ended(jobArn);
      expect(job).toMatchObject({ status: 'Stopped', endTime: expect.any(Number) });
      const conflict = { kind: 'service', reason: 'conflict', effect: 'none' };
      await expect(service.stop(jobArn)).rejects.toMatchObject(conflict);
      await under.pass(48 * HOUR_MS);
      expect((await view(jobArn)).status).toBe('Stopped');
    });

    it('takes a second Stop of a job that is stopping for the first', async () => {
      const jobArn = await make('one');
      await service.stop(jobArn);
      if ((await view(jobArn)).status === 'Stopping') await service.stop(jobArn);
      expect((await ended(jobArn)).status).toBe('Stopped');
    });

    it('refuses to stop what does not exist', async () => {
      const unknown = service.stop('arn:aws:bedrock:us-east-1:000000000000:model-invocation-job/abcdefghijkl');
      await expect(unknown).rejects.toMatchObject({ kind: 'service', reason: 'invalid', effect: 'none' });
    });

    it.each<JobEnd>(['Completed', 'PartiallyCompleted', 'Failed', 'Expired'])(
      'ends a job as %s, and leaves it so',
      async (end) => {
        under.jobsEnd(end);
        const jobArn = await make('one');
        const job = await ended(jobArn);
        expect(job).toMatchObject({ status: end, jobArn, endTime: expect.any(Number) });
        expect(job.endTime).toBeGreaterThan(job.submitTime);
        const { counts } = job;
        if (counts !== undefined) {
          expect(counts.processed).toBe(counts.succeeded + counts.failed);
          expect(counts.processed).toBeLessThanOrEqual(counts.total);
          if (end === 'Completed') expect(counts).toMatchObject({ total: 4, processed: 4 });
        }
        await under.pass(48 * HOUR_MS);
        expect(await view(jobArn)).toEqual(job);
        await expect(service.stop(jobArn)).rejects.toMatchObject({ reason: 'conflict', effect: 'none' });
        expect((await list({ status: end })).map((each) => each.jobArn)).toEqual([jobArn]);
      },
    );
  });
}
