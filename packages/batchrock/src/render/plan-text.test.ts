import { estimatePlan, type JsonObject, resolveModel } from '@batchrock/core';
import { describe, expect, test } from 'vitest';
import type { PlanReport } from '../sdk/plan.ts';
import { planDocument, renderPlan } from './plan-text.ts';

const TOKENS = { low: 8, expected: 10, high: 13 };
const SAMPLE = { records: 100, bytes: 300, inputTokens: TOKENS, fewestTokens: 8, mostTokens: 13, images: 0, otherMedia: 0 };

function report(change: Partial<PlanReport> = {}, expectOutputTokens?: number, maxTokens?: number): PlanReport {
  const model = resolveModel('amazon.nova-lite-v1:0');
  const params: JsonObject = maxTokens === undefined ? {} : { max_tokens: maxTokens };
  return {
    source: 'in.csv',
    bytes: 1000,
    modelId: model.modelId,
    target: 'us-east-1',
    targetKind: 'aws',
    rows: 1000,
    taken: undefined,
    leftOut: 0,
    rejected: [],
    duplicates: { rows: 0, among: 'part', areLeftOut: false, batchUsd: 0 },
    cached: { rows: 0, areLeftOut: false, batchUsd: 0 },
    plan: estimatePlan({ model, params, records: 1000, slots: 20, sample: SAMPLE, outputTokens: expectOutputTokens }),
    minRecords: 100,
    storageBytes: 1000,
    ...change,
  };
}

const line = (lines: readonly string[], start: string) => lines.find((each) => each.startsWith(start));

describe('a plan', () => {
  test('says what it assumes of the answers and how to say better, within the limit of the parameters', () => {
    expect(line(renderPlan(report({}, undefined, 300)), '          out')).toBe(
      '          out ~256 k (1.0 k to 300 k); assumes 256 output tokens a row: --expect-output-tokens N',
    );
    expect(line(renderPlan(report({}, undefined, 20)), '          out')).toContain(
      '~20.0 k (1.0 k to 20.0 k); assumes 20 output',
    );
    expect(line(renderPlan(report({}, 8, 300)), '          out')).toBe(
      '          out ~8.0 k (1.0 k to 300 k); 8 output tokens a row',
    );
    expect(line(renderPlan(report()), '          out')).toContain('(at least 1.0 k; no limit: --param max_tokens=N)');
  });

  test.each([
    // records, jobs at once, records of the largest job: a last part below the minimum goes into the one before it
    [60, 20, '1 job of 60 records, up to 20 at once, 1 wave'],
    [199, 20, '1 job of 199 records, up to 20 at once, 1 wave'],
    [3_201, 100, '32 jobs of up to 101 records, up to 100 at once, 1 wave'],
    [4_000, 20, '40 jobs of up to 100 records, up to 20 at once, 2 waves'],
  ])('of %d records for %d jobs at once says how large the largest is', (records, slots, text) => {
    const plan = estimatePlan({ model: resolveModel('amazon.nova-lite-v1:0'), params: {}, records, slots });
    expect(line(renderPlan(report({ plan })), 'parts')).toBe(`parts     ${text}`);
  });

  test.each([
    [89, 20, 'no job: all goes on demand'],
    [150, 20, '1 job of 100 records, up to 20 at once, 1 wave'],
    [4_050, 20, '40 jobs of up to 100 records, up to 20 at once, 2 waves'],
  ])('of %d records whose last part goes on demand counts no job for it', (records, slots, text) => {
    const asked = { params: {}, records, slots, partRecords: 100, keepsTail: true, tail: true };
    const plan = estimatePlan({ model: resolveModel('amazon.nova-lite-v1:0'), ...asked });
    expect(line(renderPlan(report({ plan })), 'parts')).toBe(`parts     ${text}`);
  });

  test('tells cost as a range, all of whose figures have as many digits', () => {
    for (const expected of [8, 256]) {
      const batch = line(renderPlan(report({}, expected, 300)), 'cost      batch') as string;
      const [, about, low, high] = /batch ~\$(\S+) \(\$(\S+) to \$(\S+)\)$/.exec(batch) as unknown as [
        string,
        string,
        string,
        string,
      ];
      expect(Number(low)).toBeLessThan(Number(about));
      expect(Number(about)).toBeLessThan(Number(high));
      expect(new Set([about, low, high].map((each) => each.split('.')[1]?.length)).size).toBe(1);
    }
  });

  test('gives programs numbers without noise: whole tokens, dollars of eight digits, tenths of minutes', () => {
    const inputTokens = { low: 8.1, expected: 10.202000000000211, high: 13.3 };
    const model = resolveModel('amazon.nova-lite-v1:0');
    const plan = estimatePlan({
      model,
      params: {},
      records: 1001,
      slots: 20,
      sample: { ...SAMPLE, inputTokens, fewestTokens: 8.1 },
    });
    expect(plan.cost?.batch.low).not.toBe(Number(plan.cost?.batch.low.toFixed(8)));
    const document = planDocument(report({ plan }));
    expect(document).toMatchObject({
      recordTokens: { fewest: 8.1, mean: 10.2, most: 13 },
      inputTokens: { low: 8108, expected: 10_212, high: 13_313 },
      cost: { currency: 'USD', batch: { expected: Number(plan.cost?.batch.expected.toFixed(8)) } },
    });
    expect(JSON.stringify(document)).not.toMatch(/\.\d{9}/);
  });

  test('tells what another row asks for already: what it saves, or would', () => {
    const told = (change: Partial<PlanReport['duplicates']>) => {
      const duplicates = { rows: 1200, among: 'part' as const, areLeftOut: false, batchUsd: 0.5, ...change };
      return line(renderPlan(report({ duplicates })), '          1,2')?.trim();
    };
    const many = '1,200 rows';
    expect(told({})).toBe(`${many} ask for what another of the same job does: --dedupe would save ~$0.50`);
    expect(told({ areLeftOut: true })).toBe(
      `${many} more ask for what another of the same job does: not sent, which saves ~$0.50`,
    );
    expect(told({ among: 'run', areLeftOut: true })).toBe(`${many} more ask for what another does: not sent, which saves ~$0.50`);
    expect(told({ batchUsd: 0.00001 })).toMatch(/would save <\$0\.0001$/);
    expect(told({ batchUsd: undefined })).toMatch(/would save their cost$/);
    expect(line(renderPlan(report()), '          1,2')).toBeUndefined();
  });

  test('tells what other runs have paid for: what it saves, or would', () => {
    const told = (change: Partial<PlanReport['cached']>) => {
      const cached = { rows: 1200, areLeftOut: false, batchUsd: 0.5, ...change };
      return line(renderPlan(report({ cached })), '          1')?.trim();
    };
    expect(told({})).toBe('1,200 rows have answers of other runs: --cache would save ~$0.50');
    expect(told({ rows: 1, areLeftOut: true })).toBe('1 row more has an answer of other runs: not sent, which saves ~$0.50');
    expect(told({ batchUsd: undefined })).toMatch(/would save their cost$/);
    expect(line(renderPlan(report()), '          1,2')).toBeUndefined();
  });

  test('tells a time for AWS alone', () => {
    expect(line(renderPlan(report()), 'time')).toMatch(/^time {6}\d+ min to .*\(assumed queue\)$/);
    const local = report({ targetKind: 'local', target: 'local Bedrock' });
    expect(line(renderPlan(local), 'time')).toBe('time      not estimated: the local Bedrock has no queue worth waiting for');
    expect(planDocument(local)).toMatchObject({ minutes: null });
    const elsewhere = report({ targetKind: 'endpoint', target: 'http://127.0.0.1:4566' });
    expect(line(renderPlan(elsewhere), 'time')).toContain('the queue of http://127.0.0.1:4566 is not known');
  });
});
