import {
  type JobScript,
  MEMORY_LANE,
  type MemoryPorts,
  type MemoryRunOptions,
  memoryPorts,
  putMemoryRun,
} from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setBudget } from './budget.ts';
import { dispatchLane } from './dispatch.ts';
import type { RunBody } from './document.ts';
import { driveRun } from './drive.ts';
import { objectKeys } from './keys.ts';
import { loadParts, loadRun } from './load.ts';
import { eventsSince } from './read.ts';
import { resumeRun } from './resume.ts';
import { submitPart } from './submit.ts';
import { tokenCost, writeText } from './summary.ts';
import { sweepLane } from './sweep.ts';

const RUN = 'r-0000000001';

/** Five tokens a record, as the scripted service counts them, cost half a cent. */
const PRICE = { input: 2000, output: 2000, source: 'test', date: '2026-11-21' };
/** What is expected of a record: twice of what it will cost. */
const RECORD_USD = 0.01;

async function newRun(options: MemoryRunOptions, script: JobScript = {}): Promise<MemoryPorts> {
  const ports = memoryPorts({ script: () => script });
  const document = await putMemoryRun(ports, options);
  const priced = { ...document, model: { ...document.model, price: PRICE } };
  await writeText(ports.objects, objectKeys.document(RUN), JSON.stringify(priced));
  return ports;
}

const limit = (ports: MemoryPorts, ceilingUsd: number) => setBudget(ports, RUN, { ceilingUsd, recordUsd: RECORD_USD });

const runOf = async (ports: MemoryPorts): Promise<RunBody> => (await loadRun(ports.ledger, RUN)).body;

/** Spent and promised together, as the ledger has it. */
const committedUsd = ({ budget }: RunBody) => (budget ? budget.spentUsd + budget.openRecords * budget.recordUsd : 0);

/** Drives the run, and looks at its ceiling whenever it shows how it stands. */
async function drive(ports: MemoryPorts): Promise<RunBody> {
  const check = (run: RunBody) => expect(committedUsd(run)).toBeLessThanOrEqual((run.budget?.ceilingUsd ?? 0) + 1e-9);
  const run = await driveRun(ports, RUN, { onProgress: (snapshot) => check(snapshot.run) });
  check(run);
  return run;
}

describe('a ceiling', () => {
  it('keeps jobs back that would exceed it together, and sends them when those in flight were cheaper', async () => {
    const ports = await newRun({ parts: [10, 10, 10, 10] });
    await limit(ports, 0.25);
    await dispatchLane(ports, MEMORY_LANE);
    // 20 slots are free, and the third job would promise 30 cents
    expect(ports.service.jobs).toHaveLength(2);
    expect((await runOf(ports)).blocked).toBeUndefined();
    const run = await drive(ports);
    expect(run).toMatchObject({ state: 'ended', budget: { openRecords: 0 } });
    expect(run.budget?.spentUsd).toBeCloseTo(0.2, 9);
    expect(ports.service.jobs).toHaveLength(4);
  });

  it('expects of jobs what those before have cost, where that is more than was estimated', async () => {
    const ports = await newRun({ parts: Array.from({ length: 12 }, () => 10), slots: 2 });
    // a fifth of what a record will cost: by the estimate the ceiling would hold all of them
    await setBudget(ports, RUN, { ceilingUsd: 0.25, recordUsd: 0.001 });
    const run = await driveRun(ports, RUN);
    expect(run).toMatchObject({ state: 'running', blocked: { code: 'BR-E0601' } });
    expect(run.blocked?.message).toContain('the next 10 records would cost about $0.05');
    expect(run.budget?.spentUsd).toBeCloseTo(0.25, 9);
    expect(run.budget).toMatchObject({ openRecords: 0, paidRecords: 50 });
    expect(ports.service.jobs).toHaveLength(5);
  });

  it('blocks the run before the job that it does not hold, loses nothing, and a higher one goes on', async () => {
    const ports = await newRun({ parts: [10, 10, 10] });
    await limit(ports, 0.12);
    const waiting = await drive(ports);
    expect(waiting).toMatchObject({ state: 'running', blocked: { code: 'BR-E0601' } });
    expect(waiting.blocked?.message).toBe(
      'the ceiling of $0.12 does not hold another job: $0.05 is spent, and the next 10 records would cost about $0.10',
    );
    expect(ports.service.jobs).toHaveLength(1);
    expect((await loadParts(ports.ledger, waiting)).map((part) => part.state)).toEqual(['collected', 'ready', 'ready']);
    expect((await eventsSince(ports, RUN, 0)).at(-1)).toMatchObject({ kind: 'blocked', part: 1 });

    // the same ceiling once more ends in the same place
    await resumeRun(ports, RUN);
    expect((await drive(ports)).blocked?.code).toBe('BR-E0601');
    await limit(ports, 1);
    await resumeRun(ports, RUN);
    const ended = await drive(ports);
    expect([ended.state, ended.blocked]).toEqual(['ended', undefined]);
    expect(ports.service.jobs).toHaveLength(3);
  });

  it('holds where several processes send at once', async () => {
    const ports = await newRun({ parts: Array(12).fill(10) });
    await limit(ports, 0.45);
    await Promise.all(Array.from({ length: 4 }, () => dispatchLane({ ...ports }, MEMORY_LANE)));
    expect(ports.service.jobs).toHaveLength(4);
    expect((await runOf(ports)).budget?.openRecords).toBe(40);
  });

  it('that is given in the middle counts what is in flight and what is spent', async () => {
    const ports = await newRun({ parts: [10, 10, 10, 10] });
    await dispatchLane(ports, MEMORY_LANE);
    await limit(ports, 1);
    expect((await runOf(ports)).budget).toEqual({ ceilingUsd: 1, recordUsd: RECORD_USD, openRecords: 40, spentUsd: 0 });
    const late = await newRun({ parts: [10, 10] });
    await driveRun(late, RUN);
    await limit(late, 1);
    expect((await runOf(late)).budget).toMatchObject({ openRecords: 0, spentUsd: expect.closeTo(0.1, 9) });
  });

  it('gets back what an intent had promised that came to nothing', async () => {
    const ports = await newRun({ parts: [10, 10] });
    await limit(ports, 0.15);
    ports.service.refusals.push({ reason: 'invalid' });
    expect(await submitPart(ports, { run: RUN, attempt: 1, part: 0 })).toBe('blocked');
    expect((await runOf(ports)).budget?.openRecords).toBe(10);
    ports.clock.jump(10 * 60_000);
    await sweepLane(ports, MEMORY_LANE);
    expect((await runOf(ports)).budget?.openRecords).toBe(0);
    await resumeRun(ports, RUN);
    expect(await drive(ports)).toMatchObject({ state: 'ended' });
  });

  it('cannot be kept where nobody knows what a record costs', async () => {
    const ports = await newRun({ parts: [1] });
    await expect(setBudget(ports, RUN, { ceilingUsd: 1 })).rejects.toMatchObject({ code: 'BR-E0601' });
    expect((await setBudget(ports, RUN, {})).budget).toBeUndefined();
    await setBudget(ports, RUN, { recordUsd: 1 });
    expect((await setBudget(ports, RUN, { ceilingUsd: 2 })).budget).toMatchObject({ ceilingUsd: 2, recordUsd: 1 });
  });

  it('is never exceeded, and what is spent is what the parts say, whatever becomes of the records', async () => {
    const result = fc.constantFrom<'succeeded' | 'missing' | { errorCode: number }>(
      'succeeded',
      'succeeded',
      'missing',
      { errorCode: 400 },
      { errorCode: 503 },
    );
    const scenario = fc.record({
      parts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
      results: fc.array(result, { minLength: 3, maxLength: 7 }),
      end: fc.constantFrom('Completed' as const, 'Completed' as const, 'PartiallyCompleted' as const, 'Failed' as const),
      ceilingUsd: fc.double({ min: 0.01, max: 0.6, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ parts, results, end, ceilingUsd }) => {
        const record = (id: string) => results[Number.parseInt(id.slice(2, 9), 36) % results.length] ?? 'succeeded';
        const ports = await newRun({ parts, partRecords: 5 }, { end, record });
        await limit(ports, ceilingUsd);
        const run = await drive(ports);
        expect(run.state === 'ended' || run.blocked?.code === 'BR-E0601').toBe(true);
        const costs = (await loadParts(ports.ledger, run)).map(({ collected, records }) => {
          if (collected === undefined) return 0;
          const known = tokenCost(PRICE, collected.inputTokens, collected.outputTokens);
          return known?.batchUsd ?? RECORD_USD * (records - collected.missing);
        });
        expect(run.budget?.openRecords).toBe(0);
        expect(run.budget?.spentUsd).toBeCloseTo(
          costs.reduce((sum, each) => sum + each, 0),
          9,
        );
      }),
      { numRuns: 60 },
    );
  });
});
