import {
  type JobScript,
  MEMORY_LANE,
  type MemoryPorts,
  type MemoryRunOptions,
  memoryPorts,
  plainSteps,
  putMemoryRun,
} from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import type { JobSpec } from '../ports/index.ts';
import { runCounts } from './counts.ts';
import type { RunBody } from './document.ts';
import { type DriveOptions, driveRun } from './drive.ts';
import { loadLane, loadParts, loadRun } from './load.ts';
import { resumeRun, retryRun } from './resume.ts';
import { settleRun } from './settle.ts';
import { stopRun } from './stop.ts';
import { sweepLane } from './sweep.ts';

const RUN = 'r-0000000001';
const MINUTE = 60_000;

async function newRun(options: MemoryRunOptions, script?: (spec: JobSpec, index: number) => JobScript): Promise<MemoryPorts> {
  const ports = memoryPorts(script === undefined ? {} : { script });
  await putMemoryRun(ports, options);
  return ports;
}

const drive = (ports: MemoryPorts, o: DriveOptions = {}) => driveRun(ports, RUN, { steps: plainSteps, ...o });

async function countsOf(ports: MemoryPorts) {
  const { body: run } = await loadRun(ports.ledger, RUN);
  return runCounts(run, await loadParts(ports.ledger, run));
}

/** Fails a record in the jobs of its first `times` attempts. */
const failing =
  (recordId: string, times: number, errorCode = 503) =>
  (spec: JobSpec): JobScript => ({
    record: (id) => (id === recordId && Number(spec.inputUri.slice(-2, -1)) <= times ? { errorCode } : 'succeeded'),
  });

describe('a run that is driven', () => {
  it('ends with every row counted once, and a summary', async () => {
    const ports = await newRun({ parts: [3, 2, 4] });
    const run = await drive(ports);
    expect(run).toMatchObject({ state: 'ended', attempt: 1 });
    expect(await countsOf(ports)).toMatchObject({ rows: 9, succeeded: 9, failed: 0, pending: 0 });
    const summary = JSON.parse(ports.objects.text(`runs/${RUN}/summary.json`) ?? '') as Record<string, unknown>;
    expect(summary).toMatchObject({ rows: 9, succeeded: 9, failed: 0, attempts: 1, cost: null });
    expect(summary['jobs']).toHaveLength(3);
  });

  it('sends only what failed again, pooled, until it succeeds', async () => {
    const ports = await newRun({ parts: [3, 3] }, failing('aa000000100', 1));
    expect(await drive(ports)).toMatchObject({ state: 'ended', attempt: 2, parts: [2, 1] });
    expect(ports.objects.text(`runs/${RUN}/input/00000-2/000.jsonl`)).toMatch(/^\{"recordId":"aa000000100"[^\n]*\n$/);
    expect(await countsOf(ports)).toMatchObject({ succeeded: 6, failed: 0 });
  });

  it('gives up after the last attempt, and does not send again what fails for good', async () => {
    const ports = await newRun({ parts: [3] }, failing('aa000000100', 9));
    expect(await drive(ports)).toMatchObject({ state: 'ended', attempt: 3 });
    expect(await countsOf(ports)).toMatchObject({ succeeded: 2, failed: 1, pending: 0 });
    const forGood = await newRun({ parts: [3] }, failing('aa000000100', 9, 400));
    expect(await drive(forGood)).toMatchObject({ state: 'ended', attempt: 1 });
    expect(await countsOf(forGood)).toMatchObject({ succeeded: 2, failed: 1, pending: 0 });
  });

  it('keeps what a failed, expired or partly completed job made, and sends the rest again', async () => {
    for (const end of ['Failed', 'Expired', 'PartiallyCompleted'] as const) {
      const ports = await newRun({ parts: [4] }, (_, index) => (index === 0 ? { end } : {}));
      expect(await drive(ports), end).toMatchObject({ state: 'ended', attempt: 2 });
      expect(await countsOf(ports), end).toMatchObject({ succeeded: 4, failed: 0 });
      const sent = ports.objects.text(`runs/${RUN}/input/00000-2/000.jsonl`)?.trim().split('\n');
      expect(sent, end).toHaveLength(end === 'PartiallyCompleted' ? 2 : 4);
    }
  });

  it('waits for output that comes late, and sends nothing again for it', async () => {
    const ports = await newRun({ parts: [3] }, () => ({ outputDelayMs: 10 * MINUTE }));
    ports.service.facts satisfies object;
    Object.assign(ports.service.facts, { outputSettleMs: 30 * MINUTE });
    expect(await drive(ports)).toMatchObject({ state: 'ended', attempt: 1 });
    expect(ports.service.jobs).toHaveLength(1);
  });

  it('never holds more jobs than the lane has slots, and fills each slot in the round in which it comes free', async () => {
    const ports = await newRun({ parts: [1, 1, 1, 1, 1, 1, 1], slots: 3 }, (_, index) => ({
      durationMs: MINUTE + 7_000 * index,
    }));
    let most = 0;
    const gaps: number[] = [];
    const create = ports.service.create.bind(ports.service);
    ports.service.create = async (spec, o) => {
      const made = await create(spec, o);
      most = Math.max(most, ports.service.liveJobs().length);
      const ended = ports.service.jobs.filter((job) => !ports.service.liveJobs().includes(job));
      if (ended.length > 0)
        gaps.push(Math.min(...ended.map((job) => ports.clock.now() - job.createdAt - (job.script.durationMs ?? 0))));
      return made;
    };
    await drive(ports, { pollMs: 5_000 });
    expect(most).toBe(3);
    expect(gaps.length).toBeGreaterThan(2);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(6_250);
  });

  it('goes on through throttles, outages and a full quota, and creates no job twice', async () => {
    const ports = await newRun({ parts: [1, 1, 1, 1] }, () => ({ durationMs: 5 * MINUTE }));
    ports.service.refusals.push({ reason: 'throttled' }, { reason: 'unavailable' }, { reason: 'quota' }, { reason: 'quota' });
    expect(await drive(ports)).toMatchObject({ state: 'ended' });
    expect(ports.service.jobs).toHaveLength(4);
    expect(new Set(ports.service.jobs.map((job) => job.spec.jobName)).size).toBe(4);
  });

  it('returns when it is blocked, after collecting what is in flight, and goes on once it is resumed', async () => {
    const ports = await newRun({ parts: [2, 2, 2] });
    const create = ports.service.create.bind(ports.service);
    let calls = 0;
    ports.service.create = (spec, o) => {
      if (++calls === 2) ports.service.refusals.push({ reason: 'denied' });
      return create(spec, o);
    };
    const blocked = await drive(ports);
    expect(blocked).toMatchObject({ state: 'running', blocked: { code: 'BR-E0501' } });
    expect(await countsOf(ports)).toMatchObject({ succeeded: 2, pending: 4, jobs: { submitting: 1, ready: 1, collected: 1 } });
    await resumeRun(ports, RUN);
    expect(await drive(ports)).toMatchObject({ state: 'ended' });
    expect(await countsOf(ports)).toMatchObject({ succeeded: 6 });
    expect(ports.service.jobs).toHaveLength(3);
  });

  it('ends the drive and not the run when it is cancelled; another drive goes on', async () => {
    const ports = await newRun({ parts: [2, 2] }, () => ({ durationMs: 60 * MINUTE }));
    const controller = new AbortController();
    const cancelled = drive(ports, { signal: controller.signal, onEvent: (event) => event.seq >= 4 && controller.abort() });
    await expect(cancelled).rejects.toMatchObject({ kind: 'cancelled' });
    expect((await loadRun(ports.ledger, RUN)).body).toMatchObject({ state: 'running', activeUntil: 0 });
    expect(ports.service.liveJobs()).toHaveLength(2);
    expect(await drive(ports)).toMatchObject({ state: 'ended' });
    expect(ports.service.jobs).toHaveLength(2);
  });

  it('throws the last failure when nothing has worked for as long as its patience', async () => {
    const ports = await newRun({ parts: [2] });
    ports.service.create = () => Promise.reject(Object.assign(new Error('boom'), {}));
    await expect(drive(ports)).rejects.toThrow('boom');
    const away = await newRun({ parts: [2] });
    away.objects.hook = () => Promise.reject(failure());
    const began = away.clock.now();
    await expect(drive(away, { patienceMs: 10 * MINUTE })).rejects.toMatchObject({ code: 'BR-E0503' });
    expect(away.clock.now() - began).toBeGreaterThanOrEqual(10 * MINUTE);
  });

  it('tells every event once and in order, progress ten times a second at most, and numbers that add up', async () => {
    const script = failing('aa000000500', 2);
    const ports = await newRun({ parts: [3, 4, 5], slots: 2 }, (spec) => ({ ...script(spec), durationMs: 3_000 }));
    const seqs: number[] = [];
    const shown: number[] = [];
    let settled = 0;
    const run = await drive(ports, {
      pollMs: 20,
      sinceSeq: 0,
      onEvent: (event) => void seqs.push(event.seq),
      onProgress: ({ counts }) => {
        shown.push(ports.clock.now());
        expect(counts.succeeded + counts.failed + counts.rejected + counts.pending).toBe(counts.rows);
        expect(counts.rows).toBe(12);
        expect(counts.succeeded + counts.failed).toBeGreaterThanOrEqual(settled);
        settled = counts.succeeded + counts.failed;
      },
    });
    expect(seqs).toEqual(Array.from({ length: run.seq }, (_, i) => i + 1));
    const gaps = shown.slice(1, -1).map((at, i) => at - (shown[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
  });
});

describe('a run that is stopped', () => {
  const long = () => ({ durationMs: 30 * MINUTE });

  /** Drives until both slots are taken, then stops the run so. */
  async function stoppedMidway(mode: 'drain' | 'stop' | 'abandon'): Promise<{ ports: MemoryPorts; run: RunBody }> {
    const ports = await newRun({ parts: [4, 4, 4], slots: 2 }, long);
    const controller = new AbortController();
    await drive(ports, { signal: controller.signal, onEvent: (event) => event.seq >= 4 && controller.abort() }).catch(() => {});
    return { ports, run: await stopRun(ports, RUN, mode) };
  }

  it('drains: jobs in flight finish and are collected, and nothing new is sent', async () => {
    const { ports, run } = await stoppedMidway('drain');
    expect(run).toMatchObject({ state: 'stopping', stopMode: 'drain' });
    expect(await drive(ports)).toMatchObject({ state: 'stopped' });
    expect(ports.service.jobs).toHaveLength(2);
    expect(await countsOf(ports)).toMatchObject({ succeeded: 8, pending: 4, failed: 0 });
  });

  it('stops its jobs, and keeps what they had made', async () => {
    const { ports } = await stoppedMidway('stop');
    const run = await drive(ports);
    expect(run).toMatchObject({ state: 'stopped', stopMode: 'stop' });
    expect(ports.service.jobs.map((job) => job.stoppedAt !== undefined)).toEqual([true, true]);
    expect(await countsOf(ports)).toMatchObject({ succeeded: 4, pending: 8, failed: 0 });
  });

  it('is abandoned at once; its jobs hold their slots until a sweep sees their end', async () => {
    const { ports, run } = await stoppedMidway('abandon');
    expect(run).toMatchObject({ state: 'stopped', stopMode: 'abandon' });
    const holders = async () => (await loadLane(ports.ledger, MEMORY_LANE)).body.holders.length;
    expect(await holders()).toBe(2);
    await sweepLane(ports, MEMORY_LANE, { steps: plainSteps });
    expect(await holders()).toBe(2);
    ports.clock.jump(60 * MINUTE);
    await sweepLane(ports, MEMORY_LANE, { steps: plainSteps });
    expect(await holders()).toBe(0);
    expect(ports.service.jobs).toHaveLength(2);
    expect(await countsOf(ports)).toMatchObject({ succeeded: 8, pending: 4 });
  });

  it('goes on when it is resumed: what was never sent and what was cut short is sent, nothing else', async () => {
    const { ports } = await stoppedMidway('stop');
    await drive(ports);
    expect(await resumeRun(ports, RUN)).toMatchObject({ state: 'running' });
    expect(await drive(ports)).toMatchObject({ state: 'ended', attempt: 2 });
    expect(await countsOf(ports)).toMatchObject({ succeeded: 12, failed: 0 });
    expect(ports.objects.text(`runs/${RUN}/input/00000-2/000.jsonl`)?.trim().split('\n')).toHaveLength(4);
  });

  it('stays stopped on its last attempt too, and gets one more when it is resumed', async () => {
    const ports = await newRun({ parts: [4], maxAttempts: 1 }, (_, index) => ({ durationMs: (index === 0 ? 30 : 1) * MINUTE }));
    const controller = new AbortController();
    await drive(ports, { signal: controller.signal, onEvent: (event) => event.seq >= 2 && controller.abort() }).catch(() => {});
    await stopRun(ports, RUN, 'stop');
    expect(await drive(ports)).toMatchObject({ state: 'stopped' });
    expect(await countsOf(ports)).toMatchObject({ succeeded: 2, pending: 2, failed: 0 });
    expect(await resumeRun(ports, RUN)).toMatchObject({ maxAttempts: 2 });
    expect(await drive(ports)).toMatchObject({ state: 'ended', attempt: 2 });
    expect(await countsOf(ports)).toMatchObject({ succeeded: 4, failed: 0 });
  });

  it('gets one more attempt when it is resumed before anybody has seen that its job was stopped', async () => {
    const ports = await newRun({ parts: [4], maxAttempts: 1 }, (_, index) => ({ durationMs: (index === 0 ? 30 : 1) * MINUTE }));
    const controller = new AbortController();
    await drive(ports, { signal: controller.signal, onEvent: (event) => event.seq >= 2 && controller.abort() }).catch(() => {});
    expect(await stopRun(ports, RUN, 'stop')).toMatchObject({ state: 'stopping' });
    expect(await resumeRun(ports, RUN)).toMatchObject({ state: 'running', maxAttempts: 2 });
    expect(await drive(ports)).toMatchObject({ state: 'ended', attempt: 2 });
    expect(await countsOf(ports)).toMatchObject({ succeeded: 4, failed: 0 });
  });

  it('is not stopped while a slot of it is held, whatever an index that lags behind shows', async () => {
    const { ports } = await stoppedMidway('drain');
    const { ledger } = ports;
    const page = ledger.page.bind(ledger);
    ledger.page = async (query, o) => (query.index === 'parts' ? { items: [] } : page(query, o));
    expect(await settleRun(ports, RUN, { steps: plainSteps })).toBe('open');
    ledger.page = page;
    expect((await loadRun(ports.ledger, RUN)).body.state).toBe('stopping');
  });

  it('can be stopped harder and not softer, and a second time without effect', async () => {
    const { ports } = await stoppedMidway('stop');
    expect(await stopRun(ports, RUN, 'drain')).toMatchObject({ stopMode: 'stop' });
    expect(await stopRun(ports, RUN, 'abandon')).toMatchObject({ state: 'stopped', stopMode: 'abandon' });
    expect(await stopRun(ports, RUN, 'stop')).toMatchObject({ state: 'stopped', stopMode: 'abandon' });
  });
});

describe('a run that has ended', () => {
  it('is retried: failed rows go out again in another generation, and no row is counted twice', async () => {
    const ports = await newRun({ parts: [3, 3] }, failing('aa000000100', 3, 400));
    await drive(ports);
    expect(await countsOf(ports)).toMatchObject({ succeeded: 5, failed: 1 });
    expect(await retryRun(ports, RUN, { all: true })).toMatchObject({ state: 'running', maxAttempts: 2 });
    expect(await settleRun(ports, RUN, { steps: plainSteps })).toBe('generation');
    expect(await countsOf(ports)).toMatchObject({ succeeded: 5, failed: 0, pending: 1, rows: 6 });
    expect(await drive(ports)).toMatchObject({ state: 'ended', attempt: 2 });
    expect(await countsOf(ports)).toMatchObject({ succeeded: 5, failed: 1, pending: 0, rows: 6 });
  });

  it('ends again at once when there is nothing to retry', async () => {
    const ports = await newRun({ parts: [3] });
    await drive(ports);
    await retryRun(ports, RUN);
    expect(await drive(ports)).toMatchObject({ state: 'ended', attempt: 1 });
    expect(ports.service.jobs).toHaveLength(1);
  });

  it('cannot be resumed, and an open one cannot be retried', async () => {
    const ports = await newRun({ parts: [3] });
    await expect(retryRun(ports, RUN)).rejects.toMatchObject({ code: 'BR-E0204' });
    await drive(ports);
    await expect(resumeRun(ports, RUN)).rejects.toMatchObject({ code: 'BR-E0207' });
    await expect(loadRun(ports.ledger, 'r-none')).rejects.toMatchObject({ code: 'BR-E0201' });
  });
});

function failure(): Error {
  return Object.assign(new Error('bucket not reachable'), {
    code: 'BR-E0503',
    kind: 'service',
    reason: 'unavailable',
    effect: 'none',
  });
}
