import { MemoryLedger, type RecordFate } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adoptRun } from '../adopt/index.ts';
import {
  type CachedPorts,
  type CachedResult,
  type CachedRun,
  cachedPorts,
  documentOf,
  liveCached,
  prepareCached,
  resultsOf,
  runId,
  sentRows,
} from '../testing/cached-world.ts';
import { runCounts } from './counts.ts';
import { driveRun } from './drive.ts';
import { retryRun } from './resume.ts';
import { summaryText } from './summary.ts';

const ONE: CachedRun = { prefix: 'a1', texts: ['a', 'b', null, 'c', 'd', 'a', 'e'] };
const TWO: CachedRun = { prefix: 'b2', texts: ['x', 'a', 'c', 'y', null, 'e', 'e', 'z', 'b', 'x'] };

const count = <T>(values: readonly T[], which: (value: T) => boolean): number => values.filter(which).length;

/** Answers by text, as the rows of earlier runs have them. */
function answersOf(rows: readonly CachedResult[]): Map<string, Set<string>> {
  const answers = new Map<string, Set<string>>();
  for (const { status, text, response } of rows) {
    if (status === 'succeeded') answers.set(text, (answers.get(text) ?? new Set()).add(response!));
  }
  return answers;
}

/** A row has an answer of an earlier run exactly where there is one; everything else was sent; all sums are of rows. */
async function check(ports: CachedPorts, run: CachedRun, before: Map<string, Set<string>>): Promise<void> {
  const { reading, rows } = await resultsOf(ports, run);
  const isKept = (row: CachedResult) => row.status !== 'rejected' && before.has(row.text);
  expect(rows.map((row) => row.text)).toEqual(run.texts.map((text) => text ?? 'bad'));
  expect(sentRows(ports, run)).toEqual(rows.flatMap((row, i) => (row.status === 'rejected' || isKept(row) ? [] : [i])));
  for (const row of rows) {
    if (isKept(row)) expect(before.get(row.text)).toContain(row.response);
    else if (row.status === 'succeeded') expect(row.response).toBe(`answer to ${row.record_id}`);
  }
  const counts = runCounts(reading.run, reading.parts);
  const cached = count(rows, isKept);
  const sent = count(rows, (row) => row.status === 'succeeded') - cached;
  const sums = {
    rows: rows.length,
    cached,
    succeeded: cached + sent,
    failed: count(rows, (row) => row.status === 'failed'),
    rejected: count(rows, (row) => row.status === 'rejected'),
  };
  expect(counts).toMatchObject({ ...sums, pending: count(rows, (row) => row.status === 'pending') });
  expect(counts.outputTokens).toBe(sent === 0 ? undefined : 2 * sent);
  if (reading.run.state !== 'ended') return;
  expect(JSON.parse(summaryText(reading.document, reading.run, reading.parts))).toMatchObject(sums);
}

describe('a run with a cache', () => {
  it('sends what no run before it has an answer to, and has their answers for the rest', async () => {
    const fates = fc.constantFrom<RecordFate>('succeeded', 'succeeded', 'missing', { errorCode: 500 }, { errorCode: 400 });
    const text = fc.oneof({ arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), weight: 9 }, fc.constant(null));
    const texts = fc.array(text, { minLength: 1, maxLength: 30 });
    const partRecords = fc.integer({ min: 1, max: 6 });
    await fc.assert(
      fc.asyncProperty(texts, texts, partRecords, fc.func(fates), async (first, second, size, fate) => {
        const ports = cachedPorts(fate);
        const [one, two]: CachedRun[] = [
          { prefix: 'a1', texts: first, partRecords: size },
          { prefix: 'b2', texts: second, partRecords: size },
        ];
        await liveCached(ports, one!);
        await check(ports, one!, new Map());
        const before = answersOf((await resultsOf(ports, one!)).rows);
        await liveCached(ports, two!);
        await check(ports, two!, before);
        // what is sent again comes out otherwise; rows with an answer have it still
        await retryRun(ports, runId(two!), { all: true }).catch(() => undefined);
        await driveRun(ports, runId(two!), { pollMs: 60_000 });
        await check(ports, two!, before);
      }),
      { numRuns: 60 },
    );
  });

  it('ends without a job when every row has an answer, and in a ledger that is rebuilt from its bucket', async () => {
    const ports = cachedPorts();
    await liveCached(ports, ONE);
    const before = answersOf((await resultsOf(ports, ONE)).rows);
    const jobs = ports.service.jobs.length;
    const again = { ...ONE, prefix: 'c3' };
    await liveCached(ports, again);
    expect(ports.service.jobs).toHaveLength(jobs);
    await check(ports, again, before);
    await liveCached(ports, TWO);
    for (const run of [again, TWO]) {
      const elsewhere = { ...ports, ledger: new MemoryLedger() };
      const adopted = await adoptRun(elsewhere, runId(run));
      if (adopted.run.state !== 'ended') await driveRun(elsewhere, runId(run), { pollMs: 60_000 });
      await check(elsewhere, run, before);
    }
  });

  it('has no answer of another model, family, invocation type, account, prompt or schema', async () => {
    const { model, lane } = documentOf(ONE, cachedPorts());
    const module = (sha256: string) => ({ model: { familyModule: { path: 'x.js', sha256 } } });
    const schema = { schema: { type: 'object' }, name: 'answer' } as const;
    const changes: readonly CachedRun['change'][] = [
      { model: { modelId: `us.${model.modelId}` } },
      { model: { invocationType: 'Converse' } },
      module('1'.repeat(64)),
      module('2'.repeat(64)),
      { lane: lane.replace(/^\d+/, '210987654321') },
      { request: { prompt: '{text}!', params: {} } },
      { request: { prompt: '{text}', params: { temperature: 0 } } },
      { request: { prompt: '{text}', params: {}, schema: schema as never } },
    ];
    const ports = cachedPorts();
    const families = { of: () => ports.families.of({ family: 'anthropic' }) };
    const world = { ...ports, families };
    await liveCached(world, ONE);
    for (const [i, change] of changes.entries()) {
      const run: CachedRun = { ...ONE, prefix: `d${i}`, change: change! };
      expect((await prepareCached(world, run)).cached, JSON.stringify(change)).toBeUndefined();
    }
    expect((await prepareCached(world, { ...ONE, prefix: 'e0' })).cached?.rows).toBe(6);
  });

  it('leaves rows to --dedupe that no run has an answer to', async () => {
    const ports = cachedPorts();
    await liveCached(ports, ONE);
    const run: CachedRun = { ...TWO, prefix: 'f0', partRecords: 50, change: { dedupe: 'part' } };
    await liveCached(ports, run);
    const { reading, rows } = await resultsOf(ports, run);
    expect(sentRows(ports, run).map((row) => run.texts[row])).toEqual(['x', 'y', 'z']);
    expect(runCounts(reading.run, reading.parts)).toMatchObject({
      rows: 10,
      cached: 5,
      duplicates: 1,
      succeeded: 9,
      rejected: 1,
    });
    expect(rows[9]!.response).toBe(rows[0]!.response);
  });

  it('sends what the cache has damaged, and counts an answer that was cut off as one', async () => {
    const cut = JSON.stringify({ content: [{ type: 'text', text: 'so' }], stop_reason: 'max_tokens', usage: {} });
    const ports = cachedPorts((id) => (id.endsWith('100') ? { modelOutput: cut } : 'succeeded'));
    await liveCached(ports, ONE);
    const { find } = ports.answers;
    ports.answers.find = async (...asked) => {
      const found = await find.apply(ports.answers, asked);
      return found.map((answer, i) => (i === 0 ? answer?.subarray(0, -1) : answer));
    };
    const run: CachedRun = { ...ONE, prefix: 'g0', partRecords: 50 };
    await liveCached(ports, run);
    const { reading } = await resultsOf(ports, run);
    expect(sentRows(ports, run).length).toBeGreaterThan(0);
    expect(runCounts(reading.run, reading.parts)).toMatchObject({ succeeded: 6, truncated: 1 });
  });

  it('keeps nothing of a part whose input is gone, and collects it', async () => {
    const ports = cachedPorts();
    const run = { ...ONE, prefix: 'i0' };
    await prepareCached(ports, run);
    const create = ports.service.create.bind(ports.service);
    ports.service.create = async (...asked) => {
      const made = await create(...asked);
      // the first job has its records
      ports.objects.onRead = () => void ports.objects.remove([`runs/${runId(run)}/input/00000-1/000.jsonl`]);
      return made;
    };
    await driveRun(ports, runId(run), { pollMs: 60_000 });
    expect(ports.answers.size).toBe(3);
    const { reading } = await resultsOf(ports, run);
    expect(runCounts(reading.run, reading.parts)).toMatchObject({ succeeded: 6, failed: 0 });
  });

  it('finds nothing, keeps nothing and goes to its end where there is no cache', async () => {
    const { answers, ...ports } = cachedPorts();
    const run = { ...ONE, prefix: 'h0' };
    await liveCached(ports, run);
    expect(answers.size).toBe(0);
    await check({ ...ports, answers }, run, new Map());
  });
});
