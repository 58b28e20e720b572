import { beginLife, type Fault, MemoryLedger, type MemoryPorts, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { adoptRun } from '../adopt/index.ts';
import type { ModelAnswer } from '../ports/index.ts';
import { jsonText, OutcomeStatus, ordinalOf, recordId } from '../record/index.ts';
import { setBudget } from './budget.ts';
import { runCounts } from './counts.ts';
import { driveRun } from './drive.ts';
import { loadParts, loadRun } from './load.ts';
import { DEFAULT_CONCURRENCY } from './on-demand-calls.ts';
import { OutcomeMerge } from './outcome-merge.ts';
import type { RunPorts } from './ports.ts';
import { resumeRun } from './resume.ts';
import { paidCost } from './summary.ts';

// A record breaks its jobs, and the halves of what it broke are at last below the minimum of a job: then they go on demand.
const RUN = 'r-0000000001';
const POLL_MS = 60_000;
const ROWS = 64;
const MIN_RECORDS = 10;
/** Rows with which no job passes, and no answer comes on demand. */
const BREAKING = [5, 40];
/** Fails in its job for once, of which too few are left for another. */
const RETRYABLE = 60;
const REFUSED = 'Malformed input request: #: extraneous key [x] is not permitted';
/** Of each answer, in a job and on demand. */
const TOKENS = { input: 3, output: 2 };
const BUDGET = { ceilingUsd: 1, recordUsd: 0.001 };
const PRICE = { input: 4, output: 20, source: 'test', date: '2026-11-22' };

interface World extends MemoryPorts {
  readonly runtime: NonNullable<RunPorts['runtime']>;
  /** Rows that were asked for on demand, in order. */
  readonly asked: readonly number[];
}

async function newWorld(): Promise<World> {
  const ids = BREAKING.map((row) => recordId('aa', row));
  const ports: MemoryPorts = memoryPorts({
    script: ({ inputUri }) => {
      const input = inputOf(ports, inputUri);
      if (ids.some((id) => input.includes(id))) return { end: 'Failed', message: REFUSED, record: () => 'missing' };
      return { record: (id) => (id === recordId('aa', RETRYABLE) ? { errorCode: 503 } : 'succeeded') };
    },
  });
  const asked: number[] = [];
  const ask = async (body: string): Promise<ModelAnswer> => {
    // its rows are numbered from 1
    const row = Number(/"row (\d+)"/.exec(body)?.[1]) - 1;
    asked.push(row);
    if (BREAKING.includes(row)) return { errorCode: 400, errorMessage: REFUSED };
    return { output: new TextEncoder().encode(answerTo(row)) };
  };
  const world = { ...ports, runtime: { ask: ({ body }: { readonly body: Uint8Array }) => ask(decode(body)) }, asked };
  await putMemoryRun(world, { parts: [ROWS / 2, ROWS / 2], minRecords: MIN_RECORDS, price: PRICE, tail: {} });
  await setBudget(world, RUN, BUDGET);
  return world;
}

function answerTo(row: number): string {
  const usage = { input_tokens: TOKENS.input, output_tokens: TOKENS.output };
  return JSON.stringify({ content: [{ type: 'text', text: `on demand ${row}` }], stop_reason: 'end_turn', usage });
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function inputOf({ objects }: MemoryPorts, inputUri: string): string {
  return objects.text(`${inputUri.replace(`${objects.uri}/`, '')}000.jsonl`) ?? '';
}

/** How often each row was in a job that passed. */
function timesInJobs(world: World): readonly number[] {
  const inputs = world.service.jobs
    .filter(({ script }) => script.end !== 'Failed')
    .map(({ spec }) => inputOf(world, spec.inputUri));
  return Array.from({ length: ROWS }, (_, row) => inputs.filter((input) => input.includes(recordId('aa', row))).length);
}

/** What each row has come to: its code and what was said, or nothing for an answer. */
async function codesOf(world: World): Promise<readonly string[]> {
  const { body: run } = await loadRun(world.ledger, RUN);
  const parts = await loadParts(world.ledger, run);
  const merge = new OutcomeMerge(world, { run: RUN, attempt: run.attempt, isOver: run.state === 'ended', parts });
  const codes: string[] = [];
  for (let ordinal = 0; ordinal < ROWS; ordinal++) {
    while (!merge.seek(ordinal)) await merge.fill();
    const { status, bytes, codeStart, codeEnd, messageStart, messageEnd } = merge.outcome!;
    const isAnswered = status === OutcomeStatus.succeeded;
    codes.push(isAnswered ? '' : `${jsonText(bytes, codeStart, codeEnd)}: ${jsonText(bytes, messageStart, messageEnd)}`);
  }
  await merge.close();
  return codes;
}

/** What was left by a run that has ended, but for the answers themselves, of which a crash may leave two, and its owner. */
function bytesOf({ objects }: World): string {
  const keys = objects.keys(`runs/${RUN}/`).filter((key) => !key.includes('/output/') && !key.endsWith('/owner.json'));
  return keys.map((key) => `${key}\n${objects.text(key)}`).join('\n');
}

/** Rows of which an answer on demand is in the bucket. */
function keptRows({ objects }: World): ReadonlySet<number> {
  const keys = objects.keys(`runs/${RUN}/output/`).filter((key) => key.includes('/answers-'));
  const lines = keys.flatMap((key) => (objects.text(key) ?? '').trimEnd().split('\n'));
  return new Set(lines.map((line) => ordinalOf(new TextEncoder().encode(JSON.parse(line).recordId), 0)));
}

describe('halves below the minimum of a job', () => {
  it('go on demand: every row but those that break it has its answer, and is asked for once', async () => {
    const world = await newWorld();
    await driveRun(world, RUN, { pollMs: POLL_MS });
    const codes = Array.from({ length: ROWS }, (_, row) => (BREAKING.includes(row) ? `400: ${REFUSED}` : ''));
    expect(await codesOf(world)).toEqual(codes);
    // 32 records, 16 and 16, then 8 and 8
    const onDemand = new Set(world.asked);
    expect([...onDemand].sort((a, b) => a - b)).toEqual([
      ...Array.from({ length: 16 }, (_, i) => i),
      ...Array.from({ length: 16 }, (_, i) => 32 + i),
      RETRYABLE,
    ]);
    expect(world.asked).toHaveLength(onDemand.size);
    const once = Array.from({ length: ROWS }, (_, row) => (onDemand.has(row) && row !== RETRYABLE ? 0 : 1));
    expect(timesInJobs(world)).toEqual(once);
  });

  it('are counted once, and cost what their answers do: in full on demand, half in jobs', async () => {
    const world = await newWorld();
    await driveRun(world, RUN, { pollMs: POLL_MS });
    await checkCosts(world);
  });

  it.each([
    ['the same ledger', goOn],
    ['an empty ledger, by adoption', adopt],
  ])(
    'are asked for once but what was in flight, and end in the same bytes, wherever their process dies: with %s',
    async (_, again) => {
      const calm = await newWorld();
      const { calls } = await through(calm, again);
      const expected = bytesOf(calm);
      expect(calls.filter(({ port, moment }) => port === 'runtime' && moment === 'before')).toHaveLength(calm.asked.length);
      const firstCall = calls.findIndex(({ port }) => port === 'runtime');
      let paidTwice = 0;
      for (let at = 1; at < calls.length; at += at < firstCall ? 61 : 13) {
        const world = await newWorld();
        const { end, kept, askedAgain } = await through(world, again, { at, kind: 'crash' });
        const where = `killed at ${at}: ${JSON.stringify(calls[at])}`;
        expect(bytesOf(world) === expected, where).toBe(true);
        expect(
          askedAgain.filter((row) => kept.has(row)),
          where,
        ).toEqual([]);
        const twice = world.asked.length - calm.asked.length;
        expect(twice, where).toBeLessThanOrEqual(DEFAULT_CONCURRENCY);
        expect(new Set(world.asked).size, where).toBe(calm.asked.length);
        expect(world.service.jobs, where).toHaveLength(calm.service.jobs.length);
        await checkCosts(end);
        paidTwice += twice;
      }
      expect(paidTwice).toBeGreaterThan(0);
    },
  );
});

async function goOn(world: World): Promise<World> {
  await driveRun(beginLife(world).ports, RUN, { pollMs: POLL_MS });
  return world;
}

/** The ledger is lost with the process: another one is made from the bucket and the list of jobs. */
async function adopt(world: World): Promise<World> {
  const second = { ...world, ledger: new MemoryLedger() };
  await adoptRun(second, RUN, { owner: { id: 'new', name: 'another machine' } });
  await setBudget(second, RUN, BUDGET);
  if ((await loadRun(second.ledger, RUN)).body.state !== 'ended') await resumeRun(second, RUN);
  await driveRun(second, RUN, { pollMs: POLL_MS });
  return second;
}

/** Drives the run to its end, through a second process where the first one dies: which rows had their answers then, and were asked for after it. */
async function through(world: World, again: (world: World) => Promise<World>, fault?: Fault) {
  const { ports, crashed, calls } = beginLife(world, fault);
  const driving = driveRun(ports, RUN, { pollMs: POLL_MS }).then(() => false);
  const isDead = await Promise.race([driving, crashed.then(() => true)]);
  const kept = keptRows(world);
  const before = world.asked.length;
  const end = isDead ? await again(world) : world;
  return { calls, end, kept, askedAgain: world.asked.slice(before) };
}

/** Each record is counted once, and answers cost in full on demand and half in jobs; what was paid twice nobody knows of. */
async function checkCosts(world: World): Promise<void> {
  const { body: run } = await loadRun(world.ledger, RUN);
  const counts = runCounts(run, await loadParts(world.ledger, run));
  const asked = new Set(world.asked).size;
  const dear = asked - BREAKING.length;
  const cheap = ROWS - BREAKING.length - dear;
  expect(counts).toMatchObject({ rows: ROWS, succeeded: ROWS - 2, failed: 2, pending: 0 });
  expect(counts.onDemand).toMatchObject({ records: asked, succeeded: dear });
  const answerUsd = (TOKENS.input * PRICE.input + TOKENS.output * PRICE.output) / 1e6;
  const usd = dear * answerUsd + (cheap * answerUsd) / 2;
  expect(paidCost(PRICE, counts)?.batchUsd).toBeCloseTo(usd, 12);
  expect(run.budget?.openRecords).toBe(0);
  expect(run.budget?.spentUsd).toBeCloseTo(usd, 12);
}
