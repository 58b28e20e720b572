import { MEMORY_LANE, type MemoryPorts, memoryPorts, plainSteps, putMemoryRun, ScriptedBatchService } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors/index.ts';
import type { BatchService } from '../ports/index.ts';
import { ensureLane } from './dispatch.ts';
import type { RunDocument } from './document.ts';
import { driveRun } from './drive.ts';
import { objectKeys } from './keys.ts';
import { loadLane, loadPart, loadParts, loadRun, putRun } from './load.ts';
import type { RunPorts } from './ports.ts';
import { resumeRun } from './resume.ts';
import { submitPart } from './submit.ts';
import { writeText } from './summary.ts';
import { sweepLane } from './sweep.ts';

const MINUTE = 60_000;
const HOME = 'us-east-1';
const DENIED = { durationMs: 2 * MINUTE, end: 'Failed', message: 'Access Denied' } as const;
const WEST = { region: 'us-west-2', lane: MEMORY_LANE.replace(HOME, 'us-west-2'), storeUri: 's3://west/prefix' };
type Script = NonNullable<Parameters<typeof memoryPorts>[0]>['script'];

/** Two Regions: `both` reaches them, `home` the first one alone. What lies in the other bucket is there at once. */
interface World {
  readonly home: MemoryPorts;
  readonly west: ScriptedBatchService;
  readonly both: RunPorts & { readonly service: BatchService };
}

function world(scripts: { readonly home: Script; readonly west: Script }): World {
  const home = memoryPorts({ script: scripts.home });
  const { clock, objects } = home;
  const west = new ScriptedBatchService({ clock, objects, script: scripts.west });
  objects.onRead = () => {
    home.service.deliver();
    west.deliver();
  };
  const away = (arn: string) => arn.replace(HOME, WEST.region);
  const back = (arn: string) => arn.replace(WEST.region, HOME);
  const here = (uri: string) => uri.replace(WEST.storeUri, objects.uri);
  const isWest = (arn: string) => arn.split(':')[3] === WEST.region;
  const service: BatchService = {
    facts: home.service.facts,
    async create(spec, o) {
      if (spec.region === undefined) return home.service.create(spec, o);
      const { jobArn } = await west.create({ ...spec, inputUri: here(spec.inputUri), outputUri: here(spec.outputUri) }, o);
      return { jobArn: away(jobArn) };
    },
    async get(jobArn) {
      if (!isWest(jobArn)) return home.service.get(jobArn);
      const view = await west.get(back(jobArn));
      return view && { ...view, jobArn };
    },
    stop: (jobArn) => (isWest(jobArn) ? west.stop(back(jobArn)) : home.service.stop(jobArn)),
    async *list(query) {
      yield* home.service.list(query);
      for await (const view of west.list(query)) yield { ...view, jobArn: away(view.jobArn) };
    },
    stage: () => Promise.resolve(),
  };
  return { home, west, both: { ...home, service } };
}

/** A run whose jobs may be in both. */
async function putRunOfBoth({ home, both }: World, parts: number, slots: number): Promise<RunDocument> {
  const made = await putMemoryRun(home, { parts: Array.from({ length: parts }, () => 1), slots, partRecords: 1 });
  const document = { ...made, elsewhere: [WEST] };
  await writeText(home.objects, objectKeys.document(made.run), JSON.stringify(document));
  const run = await loadRun(home.ledger, made.run);
  const { region, lane } = WEST;
  await home.ledger.commit([putRun(run, { ...run.body, elsewhere: [{ region, lane }] })]);
  await ensureLane(both, lane, slots);
  return document;
}

describe('a run of several Regions', () => {
  it('has a job in the Region that its intent names, and holds a slot there until it has ended', async () => {
    const w = world({ home: () => ({ durationMs: 20 * MINUTE }), west: () => ({ durationMs: 20 * MINUTE }) });
    const { run } = await putRunOfBoth(w, 6, 3);
    expect(await driveRun(w.both, run, { steps: plainSteps })).toMatchObject({ state: 'ended' });
    expect([w.home.service.jobs.length, w.west.jobs.length]).toEqual([3, 3]);
    for (const lane of [MEMORY_LANE, WEST.lane]) expect((await loadLane(w.home.ledger, lane)).body.holders).toEqual([]);
  });

  it('keeps an intent elsewhere from a neighbour that does not reach it: its part is paid for once', async () => {
    const w = world({ home: () => ({ durationMs: 30 * MINUTE }), west: () => ({ durationMs: 30 * MINUTE }) });
    const { run } = await putRunOfBoth(w, 1, 3);
    const { create } = w.both.service;
    w.both.service.create = async (spec, o) => {
      await create(spec, o);
      w.both.service.create = create;
      throw new ServiceError('BR-E0503', 'no answer', { reason: 'unavailable', effect: 'unknown' });
    };
    const ref = { run, attempt: 1, part: 0 };
    expect(await submitPart(w.both, ref, { elsewhere: { region: WEST.region, lane: WEST.lane } })).toBe('kept');
    await w.home.clock.advance(10 * MINUTE);
    await putMemoryRun(w.home, { run: 'r-0000000002', parts: [1] });
    await sweepLane(w.home, MEMORY_LANE, { run: 'r-0000000002', steps: plainSteps, collect: false });
    expect((await loadPart(w.home.ledger, ref)).body.state).toBe('submitting');
    expect((await loadLane(w.home.ledger, WEST.lane)).body.holders).toHaveLength(1);
    await w.home.clock.advance(60 * MINUTE);
    expect(await driveRun(w.both, run, { steps: plainSteps })).toMatchObject({ state: 'ended' });
    expect(
      w.west.jobs.length + w.home.service.jobs.filter(({ spec }) => spec.jobName === w.west.jobs[0]?.spec.jobName).length,
    ).toBe(1);
  });

  it('sends no more to a Region that fails its jobs at once', async () => {
    const w = world({ home: () => ({ durationMs: 60 * MINUTE }), west: () => ({ durationMs: 2 * MINUTE, end: 'Failed' }) });
    const { run } = await putRunOfBoth(w, 40, 5);
    const end = await driveRun(w.both, run, { steps: plainSteps });
    const parts = await loadParts(w.home.ledger, end);
    expect(parts.reduce((sum, { collected }) => sum + (collected?.succeeded ?? 0), 0)).toBe(40);
    expect(w.west.jobs.length).toBeLessThanOrEqual(10);
  });

  it('sends no more to a Region that denies its jobs, however long they take elsewhere, and no attempt is lost', async () => {
    const w = world({ home: () => ({ durationMs: 30 * 60 * MINUTE }), west: () => ({ ...DENIED }) });
    const { run } = await putRunOfBoth(w, 10, 2);
    const end = await driveRun(w.both, run, { pollMs: 30 * MINUTE });
    expect(end).toMatchObject({ state: 'ended' });
    expect(end.blocked).toBeUndefined();
    const parts = await loadParts(w.home.ledger, end);
    expect(parts.reduce((sum, { collected }) => sum + (collected?.succeeded ?? 0), 0)).toBe(10);
    expect(w.west.jobs).toHaveLength(2);
    expect(parts.filter(({ attempt }) => attempt === 2).map(({ used }) => used)).toEqual([0, 0]);
  });

  it('is blocked when every Region denies its jobs, and ends whole when they are permitted', async () => {
    let isPermitted = false;
    const script = () => (isPermitted ? {} : { ...DENIED });
    const w = world({ home: script, west: script });
    const { run } = await putRunOfBoth(w, 1, 2);
    expect(await driveRun(w.both, run)).toMatchObject({ state: 'running', blocked: { code: 'BR-E0513' } });
    // the same record in the one Region, then in the other
    expect([w.home.service.jobs.length, w.west.jobs.length]).toEqual([1, 1]);
    isPermitted = true;
    await resumeRun(w.both, run);
    const end = await driveRun(w.both, run);
    const parts = await loadParts(w.home.ledger, end);
    expect(parts.map(({ collected, used }) => [collected?.succeeded, used])).toEqual([
      [0, undefined],
      [0, 0],
      [1, 0],
    ]);
  });

  it('waits for no Region that stands still while another has slots', async () => {
    let begun = 0;
    const w = world({
      home: () => ({ durationMs: begun++ < 4 ? 20 * MINUTE : 24 * 60 * MINUTE }),
      west: () => ({ durationMs: 21 * MINUTE }),
    });
    const { run } = await putRunOfBoth(w, 14, 2);
    const from = w.home.clock.now();
    const end = await driveRun(w.both, run, { steps: plainSteps, pollMs: MINUTE });
    const last = Math.max(...(await loadParts(w.home.ledger, end)).map(({ since = 0 }) => since));
    expect(last - from).toBeLessThan(120 * MINUTE);
  });

  it('is blocked where its input may not be brought elsewhere, and goes on when it may', async () => {
    const w = world({ home: () => ({ durationMs: 20 * MINUTE }), west: () => ({ durationMs: 20 * MINUTE }) });
    const { run } = await putRunOfBoth(w, 4, 2);
    const { stage } = w.both.service;
    w.both.service.stage = () =>
      Promise.reject(new ServiceError('BR-E0501', 'CopyObject: denied', { reason: 'denied', effect: 'none' }));
    expect(await driveRun(w.both, run, { steps: plainSteps })).toMatchObject({ state: 'running', blocked: { code: 'BR-E0501' } });
    const parts = await loadParts(w.home.ledger, (await loadRun(w.home.ledger, run)).body);
    expect(parts.map(({ state }) => state)).toEqual(['collected', 'collected', 'ready', 'ready']);
    if (stage !== undefined) w.both.service.stage = stage;
    const blocked = await loadRun(w.home.ledger, run);
    await w.home.ledger.commit([putRun(blocked, { ...blocked.body, blocked: undefined })]);
    expect(await driveRun(w.both, run, { steps: plainSteps })).toMatchObject({ state: 'ended' });
  });
});
