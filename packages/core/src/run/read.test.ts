import { memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { driveRun } from './drive.ts';
import { runIdFor } from './identity.ts';
import { jobParameters } from './job-spec.ts';
import { eventsSince, findRunByIdentity, listRuns, readRun } from './read.ts';

describe('reading a ledger', () => {
  it('finds the newest run of a question, and how many there are', async () => {
    const ports = memoryPorts();
    const identity = 'ab'.repeat(32);
    expect(await findRunByIdentity(ports, identity)).toEqual({ run: undefined, count: 0 });
    const ids = [0, 1].map((serial) => runIdFor(ports.digest, identity, serial));
    for (const run of ids) await putMemoryRun(ports, { run, parts: [1] });
    expect(ids[0]).toMatch(/^r-[0-9a-z]{10}$/);
    expect(new Set(ids).size).toBe(2);
    expect(await findRunByIdentity(ports, identity)).toMatchObject({ run: { run: ids[1] }, count: 2 });
    expect((await findRunByIdentity(ports, 'cd'.repeat(32))).run).toBeUndefined();
  });

  it('lists runs, newest first', async () => {
    const ports = memoryPorts();
    for (const run of ['r-b', 'r-a', 'r-c']) {
      await putMemoryRun(ports, { run, parts: [1] });
      ports.clock.jump(1_000);
    }
    expect((await listRuns(ports)).map((run) => run.run)).toEqual(['r-c', 'r-a', 'r-b']);
  });

  it('reads a run with its document and its parts in order; nothing where there is none', async () => {
    const ports = memoryPorts();
    const document = await putMemoryRun(ports, { run: 'r-1', parts: [2, 0, 3] });
    const reading = await readRun(ports, 'r-1');
    expect(reading?.document).toEqual(document);
    expect(reading?.parts.map((part) => [part.part, part.records, part.state])).toEqual([
      [0, 2, 'ready'],
      [1, 0, 'collected'],
      [2, 3, 'ready'],
    ]);
    expect(await readRun(ports, 'r-2')).toBeUndefined();
  });

  it('says what is missing when the document of a run is gone, or of another version', async () => {
    const ports = memoryPorts();
    await putMemoryRun(ports, { run: 'r-1', parts: [2] });
    ports.objects.put('runs/r-1/run.json', JSON.stringify({ schema: 'batchrock.run/9' }));
    await expect(readRun(ports, 'r-1')).rejects.toMatchObject({ code: 'BR-E0205' });
    await ports.objects.remove(['runs/r-1/run.json']);
    await expect(readRun(ports, 'r-1')).rejects.toMatchObject({ code: 'BR-E0208' });
  });

  it('replays the events of a run from any of them', async () => {
    const ports = memoryPorts();
    await putMemoryRun(ports, { run: 'r-1', parts: [2] });
    await driveRun(ports, 'r-1', { steps: plainSteps });
    const all = await eventsSince(ports, 'r-1', 0);
    expect(all.map((event) => event.kind)).toEqual(['submitting', 'submitted', 'ended', 'collected', 'finished']);
    expect(await eventsSince(ports, 'r-1', 3)).toEqual(all.slice(3));
  });
});

describe('the parameters of a job', () => {
  it('are the same text whatever the order of its tags, and another one for another input', async () => {
    const ports = memoryPorts();
    const document = await putMemoryRun(ports, { run: 'r-1', parts: [2] });
    const [facts] = (await readRun(ports, 'r-1'))?.parts ?? [];
    if (facts === undefined) throw new Error('no part');
    const tagged = (tags: Record<string, string>) => jobParameters({ ...document, job: { ...document.job, tags } }, facts);
    expect(tagged({ a: '1', b: '2' })).toBe(tagged({ b: '2', a: '1' }));
    expect(tagged({ a: '1' })).not.toBe(tagged({ a: '2' }));
    expect(jobParameters(document, { ...facts, xxh128: 'other' })).not.toBe(jobParameters(document, facts));
    expect(jobParameters(document, facts)).not.toContain(facts.jobName);
  });
});
