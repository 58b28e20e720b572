import { MEMORY_LANE, type MemoryPorts, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeIntent } from './intent.ts';
import { ledgerKeys } from './keys.ts';
import { kickJob } from './kick.ts';
import { loadLane, loadPart } from './load.ts';
import { eventsSince } from './read.ts';
import { submitPart } from './submit.ts';

const RUN = 'r-0000000001';
const PART = { run: RUN, attempt: 1, part: 0 };
const MINUTE = 60_000;

let ports: MemoryPorts;

beforeEach(async () => {
  ports = memoryPorts();
  await putMemoryRun(ports, { parts: [3] });
});

const part = async () => (await loadPart(ports.ledger, PART)).body;
const holders = async () => (await loadLane(ports.ledger, MEMORY_LANE)).body.holders;

/** A job that was created for the part, whose ARN nobody has written down. */
async function createUnseen(): Promise<string> {
  const intent = await writeIntent(ports, PART);
  if (typeof intent === 'string') throw new Error(intent);
  const spec = { jobName: intent.jobName, clientRequestToken: intent.clientRequestToken } as never;
  const { uri } = ports.objects;
  const uris = { inputUri: `${uri}/runs/${RUN}/input/00000-1/`, outputUri: `${uri}/runs/${RUN}/output/00000-1/` };
  return (await ports.service.create({ ...(spec as object), ...uris } as never, { notAfter: Number.POSITIVE_INFINITY })).jobArn;
}

describe('a kick', () => {
  it('ends a part whose job has ended, and frees its slot, in one commit with the event', async () => {
    await submitPart(ports, PART);
    const { jobName } = await part();
    ports.clock.jump(MINUTE);
    let commits = 0;
    ports.ledger.hook = (call) => void (call.call === 'commit' && call.moment === 'before' && commits++);
    expect(await kickJob(ports, { jobName })).toBe('ended');
    expect(commits).toBe(1);
    expect(await part()).toMatchObject({
      state: 'ended',
      jobStatus: 'Completed',
      endedAt: ports.clock.now(),
      jobCounts: { total: 3 },
    });
    expect(await holders()).toEqual([]);
    expect((await eventsSince(ports, RUN, 0)).map((event) => event.kind)).toEqual(['submitting', 'submitted', 'ended']);
  });

  it('keeps no events of parts where writes are paid for, and writes the run where a job begins', async () => {
    ports.ledger.isMetered = true;
    const version = () => ports.ledger.peek(ledgerKeys.run(RUN))?.version;
    const before = version() ?? 0;
    const written: string[] = [];
    ports.ledger.hook = ({ call, moment, about }) => void (call === 'commit' && moment === 'before' && written.push(about));
    await submitPart(ports, PART);
    const { jobName } = await part();
    ports.clock.jump(MINUTE);
    expect(await kickJob(ports, { jobName })).toBe('ended');
    expect(await eventsSince(ports, RUN, 0)).toEqual([]);
    expect(version()).toBe(before + 1);
    expect(written).toHaveLength(3);
  });

  it('changes nothing when it comes again, late, or many at once', async () => {
    await submitPart(ports, PART);
    const { jobName, jobArn } = await part();
    ports.clock.jump(MINUTE);
    const results = await Promise.all([1, 2, 3].map(() => kickJob(ports, { jobName, jobArn })));
    expect(results.sort()).toEqual(['ended', 'unchanged', 'unchanged']);
    const items = ports.ledger.items();
    expect(await kickJob(ports, { jobName, jobArn })).toBe('unchanged');
    expect(ports.ledger.items()).toEqual(items);
  });

  it('adopts the job when it comes before our own write of the ARN', async () => {
    const jobArn = await createUnseen();
    expect(await kickJob(ports, { jobName: (await part()).jobName, jobArn })).toBe('progressed');
    expect(await part()).toMatchObject({ state: 'submitted', jobArn, jobStatus: 'Validating' });
  });

  it('finds the job by its name when the hint has nothing else', async () => {
    const jobArn = await createUnseen();
    expect(await kickJob(ports, { jobName: (await part()).jobName })).toBe('progressed');
    expect((await part()).jobArn).toBe(jobArn);
  });

  it('takes live status and counters from Get and writes only what changed', async () => {
    await submitPart(ports, PART);
    const { jobName } = await part();
    expect(await kickJob(ports, { jobName })).toBe('progressed');
    expect(await kickJob(ports, { jobName })).toBe('unchanged');
    ports.clock.jump(20_000);
    expect(await kickJob(ports, { jobName })).toBe('progressed');
    expect(await part()).toMatchObject({ state: 'submitted', jobStatus: 'InProgress' });
  });

  it('believes Get and not the hint: a forged end ends nothing', async () => {
    await submitPart(ports, PART);
    const { jobName, jobArn } = await part();
    const forged = { jobName, jobArn, status: 'Completed' };
    expect(await kickJob(ports, forged)).toBe('progressed');
    expect((await part()).state).toBe('submitted');
  });

  it('ignores a job of somebody else, an ARN of another job under our name, and an ARN that is none', async () => {
    expect(await kickJob(ports, { jobName: 'nightly-0123456789abcdef0123' })).toBe('ignored');
    await submitPart(ports, PART);
    const { jobName } = await part();
    const foreign = { jobName: 'nightly', clientRequestToken: 'x', inputUri: 's3://b/x/', outputUri: 's3://b/y/' };
    const { jobArn } = await ports.service.create(foreign as never, { notAfter: Number.POSITIVE_INFINITY });
    expect(await kickJob(ports, { jobName, jobArn })).toBe('ignored');
    expect(await kickJob(ports, { jobName, jobArn: 'arn:aws:bedrock:none' })).toBe('ignored');
    expect(ports.service.jobs.every((job) => job.stoppedAt === undefined)).toBe(true);
  });

  it('ignores a job that has our name and another token', async () => {
    const jobArn = await createUnseen();
    const job = ports.service.jobs[0];
    ports.service.jobs[0] = { ...job, spec: { ...job?.spec, clientRequestToken: 'theirs' } } as never;
    expect(await kickJob(ports, { jobName: (await part()).jobName, jobArn })).toBe('ignored');
    expect((await part()).state).toBe('submitting');
  });

  it("takes a job that the service does not know for somebody else's service, and never for lost", async () => {
    await submitPart(ports, PART);
    const { jobName } = await part();
    ports.service.jobs.length = 0;
    expect(await kickJob(ports, { jobName })).toBe('ignored');
    ports.clock.jump(3 * MINUTE);
    await expect(kickJob(ports, { jobName })).rejects.toMatchObject({ code: 'BR-E0503', reason: 'unavailable', effect: 'none' });
    expect((await part()).state).toBe('submitted');
  });

  it('stops a second job of a part that has one', async () => {
    await submitPart(ports, PART);
    const first = ports.service.jobs[0];
    const twin = { ...first, jobArn: `${first?.jobArn.slice(0, -12)}twintwintwin` };
    ports.service.jobs.push(twin as never);
    expect(await kickJob(ports, { jobName: first?.spec.jobName ?? '', jobArn: twin.jobArn })).toBe('duplicate');
    expect(ports.service.jobs[1]?.stoppedAt).toBe(ports.clock.now());
    expect(await part()).toMatchObject({ state: 'submitted', jobArn: first?.jobArn });
  });

  it('keeps a part that has ended when Get goes back to an older answer', async () => {
    await submitPart(ports, PART);
    const { jobName, jobArn } = await part();
    ports.clock.jump(MINUTE);
    await kickJob(ports, { jobName });
    ports.clock.jump(-30_000);
    expect(await kickJob(ports, { jobName, jobArn })).toBe('unchanged');
    expect((await part()).state).toBe('ended');
  });
});
