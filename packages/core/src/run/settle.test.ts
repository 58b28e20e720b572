import { type JobScript, MEMORY_LANE, type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JobSpec } from '../ports/index.ts';
import { collectPart } from './collect.ts';
import { dispatchLane } from './dispatch.ts';
import { driveRun } from './drive.ts';
import { kickJob } from './kick.ts';
import { loadLane, loadPart, loadRun } from './load.ts';
import type { RunPorts } from './ports.ts';
import { resumeRun, retryRun } from './resume.ts';
import { type SettleResult, settleRun } from './settle.ts';
import { stopRun } from './stop.ts';

const RUN = 'r-0000000001';
const MINUTE = 60_000;

let ports: MemoryPorts;

const runNow = async () => (await loadRun(ports.ledger, RUN)).body;
const jobsInSlots = async () =>
  (await loadLane(ports.ledger, MEMORY_LANE)).body.holders.map(({ attempt, part }) => [attempt, part]);
const settle = () => settleRun(ports, RUN, { steps: plainSteps });
const drive = () => driveRun(ports, RUN, { steps: plainSteps });
const send = () => dispatchLane(ports, MEMORY_LANE);
const partState = async (part: number) => (await loadPart(ports.ledger, { run: RUN, attempt: 1, part })).body.state;

/** The second record fails in the first attempt. */
function script({ inputUri }: JobSpec): JobScript {
  const isRetry = !inputUri.endsWith('-1/');
  return {
    durationMs: 30 * MINUTE,
    record: (id) => (id === 'aa000000100' && !isRetry ? { errorCode: 503 } : 'succeeded'),
  };
}

/** Sends the first part, and collects it once its job has ended. Nobody settles the run. */
async function collectFirst(meanwhile?: () => Promise<unknown>): Promise<void> {
  await send();
  await meanwhile?.();
  ports.clock.jump(40 * MINUTE);
  const { body: part } = await loadPart(ports.ledger, { run: RUN, attempt: 1, part: 0 });
  await kickJob(ports, part);
  await collectPart(ports, part, { steps: plainSteps });
}

/** A moment of settling a run. */
type Moment = 'before the parts' | 'behind a part' | 'before the summary';

/** Settles the run in a process that stands still at that moment, until it is woken. */
async function settleUntil(moment: Moment): Promise<() => Promise<SettleResult>> {
  const reached = gate();
  const woken = gate();
  const pass = async (here: Moment): Promise<void> => {
    if (here !== moment) return;
    reached.open();
    await woken.passed;
  };
  const settled = settleRun(portsThat(pass), RUN, { steps: plainSteps });
  await reached.passed;
  return () => {
    woken.open();
    return settled;
  };
}

/** Holds up whoever awaits `passed` until it is opened. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

/** The same ports, which tell of the moments that they come to. */
function portsThat(pass: (moment: Moment) => Promise<void>): RunPorts {
  const { ledger, objects } = ports;
  const slowLedger: RunPorts['ledger'] = {
    async get(key, o) {
      const item = await ledger.get(key, o);
      if (item?.schema === 'part/1') await pass('behind a part');
      return item;
    },
    async page(query, o) {
      if (query.index === 'parts') await pass('before the parts');
      return ledger.page(query, o);
    },
    commit: (writes, o) => ledger.commit(writes, o),
  };
  const slowObjects: RunPorts['objects'] = {
    uri: objects.uri,
    head: (key, o) => objects.head(key, o),
    open: (key, o) => objects.open(key, o),
    list: (prefix, o) => objects.list(prefix, o),
    remove: (keys, o) => objects.remove(keys, o),
    create(key, o) {
      const sink = objects.create(key, o);
      const commit = async () => {
        if (key.endsWith('/summary.json')) await pass('before the summary');
        return sink.commit();
      };
      return {
        blockBytes: sink.blockBytes,
        block: () => sink.block(),
        write: (full) => sink.write(full),
        commit,
        abort: () => sink.abort(),
      };
    },
  };
  return { ...ports, ledger: slowLedger, objects: slowObjects };
}

describe('a run that is settled by a process that stands still', () => {
  beforeEach(() => {
    ports = memoryPorts({ script });
  });

  it('is not ended upon what was there before it was retried, while a job of the retry lives', async () => {
    await putMemoryRun(ports, { parts: [2], maxAttempts: 1 });
    await collectFirst();
    const wake = await settleUntil('before the parts');
    expect(await settle()).toBe('ended');
    await retryRun(ports, RUN);
    expect(await settle()).toBe('generation');
    await send();
    expect(await wake()).toBe('open');
    expect(await runNow()).toMatchObject({ state: 'running', attempt: 2 });
    expect(await jobsInSlots()).toEqual([[2, 0]]);
    expect(await drive()).toMatchObject({ state: 'ended', attempt: 2 });
    expect(await jobsInSlots()).toEqual([]);
  });

  it('is not ended in place of a retry that was asked for and has not begun', async () => {
    await putMemoryRun(ports, { parts: [2], maxAttempts: 1 });
    await collectFirst();
    const wake = await settleUntil('before the summary');
    expect(await settle()).toBe('ended');
    await retryRun(ports, RUN);
    expect(await wake()).toBe('generation');
    expect(await runNow()).toMatchObject({ state: 'running', attempt: 2 });
    expect(await drive()).toMatchObject({ state: 'ended', attempt: 2 });
  });

  it('is not stopped by an earlier stop than that which waits for a job', async () => {
    await putMemoryRun(ports, { parts: [2, 2], slots: 1 });
    await collectFirst(() => stopRun(ports, RUN, 'drain'));
    const wake = await settleUntil('behind a part');
    expect(await settle()).toBe('stopped');
    await resumeRun(ports, RUN);
    await send();
    await stopRun(ports, RUN, 'drain');
    expect(await wake()).toBe('open');
    expect(await runNow()).toMatchObject({ state: 'stopping' });
    expect(await jobsInSlots()).toEqual([[1, 1]]);
    expect(await drive()).toMatchObject({ state: 'stopped' });
    expect(await partState(1)).toBe('collected');
  });

  it('has the summary of its last end', async () => {
    await putMemoryRun(ports, { parts: [2], maxAttempts: 1 });
    await collectFirst();
    const wake = await settleUntil('before the summary');
    expect(await settle()).toBe('ended');
    await retryRun(ports, RUN);
    expect(await drive()).toMatchObject({ state: 'ended', attempt: 2 });
    const last = ports.objects.text(`runs/${RUN}/summary.json`);
    expect(JSON.parse(last ?? '')).toMatchObject({ attempts: 2, succeeded: 2, failed: 0 });
    expect(await wake()).toBe('ended');
    expect(ports.objects.text(`runs/${RUN}/summary.json`)).toBe(last);
  });
});

describe('a run of which the index lacks a part', () => {
  beforeEach(() => {
    ports = memoryPorts({ script });
  });

  /** Settles the run upon a page that lacks the parts of an attempt. */
  function settleWithout(attempt: number): Promise<SettleResult> {
    const { ledger } = ports;
    const page: typeof ledger.page = async (query, o) => {
      const found = await ledger.page(query, o);
      const items = found.items.filter(({ body }) => (body as { readonly attempt?: number }).attempt !== attempt);
      return query.index === 'parts' ? { ...found, items } : found;
    };
    const old: RunPorts['ledger'] = {
      get: (key, o) => ledger.get(key, o),
      commit: (writes, o) => ledger.commit(writes, o),
      page,
    };
    return settleRun({ ...ports, ledger: old }, RUN, { steps: plainSteps });
  }

  it('is not stopped before that part is collected', async () => {
    await putMemoryRun(ports, { parts: [2] });
    await send();
    await stopRun(ports, RUN, 'drain');
    ports.clock.jump(40 * MINUTE);
    await kickJob(ports, (await loadPart(ports.ledger, { run: RUN, attempt: 1, part: 0 })).body);
    expect(await partState(0)).toBe('ended');
    expect(await settleWithout(1)).toBe('open');
    expect(await runNow()).toMatchObject({ state: 'stopping' });
  });

  it('is not ended, nor are its failures counted, without that part', async () => {
    await putMemoryRun(ports, { parts: [2], maxAttempts: 2 });
    await collectFirst();
    expect(await settle()).toBe('generation');
    await send();
    ports.clock.jump(40 * MINUTE);
    const { body: part } = await loadPart(ports.ledger, { run: RUN, attempt: 2, part: 0 });
    await kickJob(ports, part);
    await collectPart(ports, part, { steps: plainSteps });
    expect(await settleWithout(1)).toBe('open');
    expect(await runNow()).toMatchObject({ state: 'running' });
    expect(await settle()).toBe('ended');
  });
});

describe('a run of many parts', () => {
  const parts = Array.from({ length: 101 }, () => 1);
  const collect = async (part: number): Promise<void> => {
    const { body } = await loadPart(ports.ledger, { run: RUN, attempt: 1, part });
    await kickJob(ports, body);
    await collectPart(ports, body, { steps: plainSteps });
  };

  beforeEach(async () => {
    ports = memoryPorts({ script: () => ({ durationMs: 30 * MINUTE }) });
    await putMemoryRun(ports, { parts, slots: parts.length });
    await send();
    ports.clock.jump(40 * MINUTE);
  });

  /** Settles the run, and tells how many items the pages of its ledger showed. */
  async function settleCounting(page = ports.ledger.page.bind(ports.ledger)): Promise<readonly [SettleResult, number]> {
    const { ledger } = ports;
    let shown = 0;
    const counting: RunPorts['ledger'] = {
      get: (key, o) => ledger.get(key, o),
      commit: (writes, o) => ledger.commit(writes, o),
      async page(query, o) {
        const found = await page(query, o);
        shown += found.items.length;
        return found;
      },
    };
    return [await settleRun({ ...ports, ledger: counting }, RUN, { steps: plainSteps }), shown];
  }

  it('is asked about one of them while that is open, and about all once none is', async () => {
    for (const [part] of parts.slice(1).entries()) await collect(part);
    expect(await settleCounting()).toEqual(['open', 1]);
    await collect(parts.length - 1);
    expect(await settleCounting()).toEqual(['ended', parts.length]);
  });

  it('is ended though the index shows a part as open still that is collected', async () => {
    const old = await ports.ledger.page({ index: 'open', at: `${MEMORY_LANE}#submitted`, limit: 1 });
    expect(old.items).toHaveLength(1);
    for (const [part] of parts.entries()) await collect(part);
    const page: typeof ports.ledger.page = async (query, o) =>
      query.index === 'open' && query.at.endsWith('#submitted') ? old : ports.ledger.page(query, o);
    expect((await settleCounting(page))[0]).toBe('ended');
    expect(await runNow()).toMatchObject({ state: 'ended' });
  });

  it('that stops is asked about one of them while that has a job, and waits for none that the index alone shows to have one', async () => {
    ports = memoryPorts({ script: () => ({ durationMs: 30 * MINUTE }) });
    const last = parts.length - 1;
    await putMemoryRun(ports, { parts, slots: last });
    await send();
    await stopRun(ports, RUN, 'drain');
    ports.clock.jump(40 * MINUTE);
    for (const [part] of parts.slice(2).entries()) await collect(part);
    expect(await settleCounting()).toEqual(['open', 1]);
    await collect(last - 1);
    const unsent = await ports.ledger.page({ index: 'open', at: `${MEMORY_LANE}#ready`, limit: 1 });
    expect(unsent.items).toMatchObject([{ body: { part: last } }]);
    const page: typeof ports.ledger.page = async (query, o) =>
      query.index === 'open' && query.at.endsWith('#submitted') ? unsent : ports.ledger.page(query, o);
    expect((await settleCounting(page))[0]).toBe('stopped');
  });
});
