import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RUNNING as STATUS } from '../../test/run-status.ts';
import type { RunStatus } from '../sdk/run-status.ts';
import { bar, renderLiveLine } from './live-line.ts';
import { Pace } from './pace.ts';
import { displayWidth } from './width.ts';

const VIEW = { status: STATUS, share: 0.61, recordsPerMinute: 9_800, eta: [38 * 60_000, 52 * 60_000] as const };

describe('the live line', () => {
  test('shows everything where there is room', () => {
    expect(renderLiveLine(VIEW, 250)).toBe(
      'run r-7f3 ▕██████────▏ 61 % 612,400/1,000,000 · ok 611,902 err 498 · jobs 20/20 (3 queued) · 9.8 k rec/min · 412 M in 88.0 M out tok · $41.20 of ~$67.00 (ceiling $80.00) · ETA 38–52 min',
    );
  });

  test.each([
    [
      140,
      'r-7f3 ▕██████────▏ 61 % 612 k/1.0 M · err 498 · jobs 20/20 (3 queued) · 9.8 k/min · 412 M in 88.0 M out tok · $41.20 · ETA 38–52 min',
    ],
    [100, 'r-7f3 61 % 612 k/1.0 M · err 498 · jobs 20/20 (3 queued) · 9.8 k/min · $41.20 · ETA 38–52 min'],
    [72, 'r-7f3 61 % 612 k/1.0 M · err 498 · 9.8 k/min · $41.20 · ETA 38–52 min'],
    [50, 'r-7f3 61 % 612 k/1.0 M · err 498 · ETA 38–52 min'],
    [20, 'r-7f3 61 % · err 498'],
    [12, 'r-7f3 61 %'],
    [8, 'run r-7…'],
  ])('says at %d columns in short what it can, and leaves out what matters least', (width, line) =>
    expect(renderLiveLine(VIEW, width)).toBe(line),
  );

  test('has rows, errors, rate, cost and time left in 80 columns, with an id of full length', () => {
    const line = renderLiveLine({ ...VIEW, status: { ...STATUS, run: 'r-wf5pha8i21' } }, 80);
    expect(line).toBe('r-wf5pha8i21 61 % 612 k/1.0 M · err 498 · 9.8 k/min · $41.20 · ETA 38–52 min');
  });

  test('is never wider than the terminal, and shows no figure that is none', () => {
    const maybe = (arbitrary: fc.Arbitrary<number>) => fc.option(arbitrary, { nil: undefined });
    const figures = fc.record({
      rows: maybe(fc.nat()),
      rejected: maybe(fc.nat()),
      slots: maybe(fc.nat(100)),
      input: maybe(fc.nat()),
      usd: maybe(fc.double({ min: 0, max: 1e6, noNaN: true })),
      share: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
      pace: maybe(fc.double({ min: 0, max: 1e6, noNaN: true })),
      width: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(figures, ({ rows, rejected, slots, input, usd, share, pace, width }) => {
        const status = {
          ...STATUS,
          rows,
          rejected,
          jobs: { ...STATUS.jobs, slots },
          tokens: { input, output: input },
          cost: { ...STATUS.cost, batchUsd: usd, estimatedBatchUsd: usd },
        };
        const line = renderLiveLine({ status, share, recordsPerMinute: pace, eta: undefined }, width);
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/NaN|undefined|Infinity|\n/);
      }),
    );
  });

  test('tells an unknown price as unknown, and what the local Bedrock would have cost', () => {
    const unknown = {
      ...STATUS,
      cost: {
        batchUsd: undefined,
        onDemandUsd: undefined,
        estimatedBatchUsd: undefined,
        ceilingUsd: undefined,
        priceDate: undefined,
      },
    };
    expect(renderLiveLine({ ...VIEW, status: unknown }, 250)).toContain('price unknown');
    expect(renderLiveLine({ ...VIEW, status: { ...STATUS, synthetic: true } }, 250)).toContain('would be $41.20');
  });

  test('has a bar that is full at the end only', () => {
    expect([0, 0.999, 1, undefined].map((share) => bar(share, 4))).toEqual(['▕────▏', '▕███─▏', '▕████▏', '▕────▏']);
  });
});

describe('the pace', () => {
  const at = (succeeded: number): RunStatus => ({
    ...STATUS,
    rows: 1000,
    succeeded,
    failed: 0,
    rejected: 0,
    processing: { succeeded: 0, failed: 0 },
  });

  test('is not known at first, then tells the records a minute and the time left', () => {
    const pace = new Pace();
    expect(pace.observe(at(0), 0)).toMatchObject({ recordsPerMinute: undefined, eta: undefined });
    expect(pace.observe(at(100), 1_000)).toMatchObject({ recordsPerMinute: undefined });
    const later = pace.observe(at(500), 60_000);
    // 400 records in the last 59 seconds, 500 in the whole minute
    expect(later.recordsPerMinute).toBeCloseTo((400 * 60) / 59);
    expect(later.eta?.map(Math.round)).toEqual([60_000, 73_750]);
  });

  test('gives way to the time left that the model tells, half and nine tenths of all chances', () => {
    const pace = new Pace();
    const told = { ...at(100), timeLeft: { p10: 1_000, p50: 2_000, p90: 5_000 } };
    expect(pace.observe(told, 0).eta).toEqual([2_000, 5_000]);
    expect(pace.observe({ ...told, succeeded: 500 }, 60_000)).toMatchObject({ eta: [2_000, 5_000], recordsPerMinute: 400 });
  });

  test('never lets the percentage go back, however many records are sent again', () => {
    const pace = new Pace();
    fc.assert(
      fc.property(fc.nat(1000), (done) => {
        const before = pace.observe(at(done), 0).share as number;
        const after = pace.observe(at(Math.floor(done / 2)), 1).share as number;
        return after >= before;
      }),
    );
  });

  test('gives a range that is ordered, and never a negative time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 2, maxLength: 40 }), (steps) => {
        const pace = new Pace();
        for (const [i, done] of steps.entries()) {
          const { eta } = pace.observe(at(done), i * 7_000);
          if (eta !== undefined && !(eta[0] >= 0 && eta[0] <= eta[1] && Number.isFinite(eta[1]))) return false;
        }
        return true;
      }),
    );
  });
});
