import { expect, test } from 'vitest';
import { renderStepLine, renderStepLog, type Step } from './step-line.ts';
import { StepPace } from './step-pace.ts';
import { displayWidth } from './width.ts';

const preparing = (rows: number, share: number | undefined): Step => ({ phase: 'preparing', run: 'r-7f3', rows, share });

/** What stands on the line after the second of two moments. */
function lineAfter(first: Step, then: Step, ms: number, width = 200): string {
  const pace = new StepPace();
  pace.observe(first, 1000);
  return renderStepLine(pace.observe(then, 1000 + ms), width);
}

test('a step shows its share, its rows, its rate and the time left', () => {
  expect(lineAfter(preparing(0, 0), preparing(1_200_000, 0.6), 2000)).toBe(
    'run r-7f3 preparing ▕██████────▏ 60 % · 1,200,000 rows · 600 k rows/s · 1 s left',
  );
  const hashing = (bytes: number, totalBytes?: number): Step => ({ phase: 'hashing', bytes, totalBytes });
  expect(lineAfter(hashing(0, 8e9), hashing(2e9, 8e9), 4000)).toContain(' 25 % · 2.0 GB of 8.0 GB · 500 MB/s · 12 s left');
  const exporting = (rows: number): Step => ({ phase: 'exporting', run: 'r-7f3', rows, totalRows: 1000 });
  expect(lineAfter(exporting(0), exporting(500), 1000)).toContain('50 % · 500 of 1,000 rows · 500 rows/s · 1 s left');
});

test('what is not known is a dash, never 0 or NaN', () => {
  expect(lineAfter(preparing(0, undefined), preparing(0, undefined), 0)).toMatch(/— · 0 rows · — · — left$/);
  expect(
    lineAfter(
      { phase: 'hashing', bytes: 0, totalBytes: undefined },
      { phase: 'hashing', bytes: 5e6, totalBytes: undefined },
      1000,
    ),
  ).toMatch(/— · 5\.0 MB · 5\.0 MB\/s · — left$/);
  expect(lineAfter(preparing(0, 0), preparing(10, 0.1), 100)).toContain('· — · — left');
});

test('a step that goes on where another process stopped tells its own pace', () => {
  expect(lineAfter(preparing(900_000, 0.9), preparing(950_000, 0.95), 1000)).toContain('50.0 k rows/s · 1 s left');
});

test('a new step begins anew', () => {
  const pace = new StepPace();
  pace.observe({ phase: 'hashing', bytes: 0, totalBytes: 10 }, 0);
  pace.observe({ phase: 'hashing', bytes: 10, totalBytes: 10 }, 60_000);
  pace.observe(preparing(0, 0), 60_000);
  expect(pace.observe(preparing(1000, 0.5), 61_000)).toMatchObject({ perSecond: 1000, leftMs: 1000 });
});

test('the line is never wider than the terminal', () => {
  for (let width = 10; width < 120; width++) {
    expect(displayWidth(lineAfter(preparing(0, 0), preparing(1_200_000, 0.6), 2000, width))).toBeLessThanOrEqual(width);
  }
});

test('a log has the same figures', () => {
  const pace = new StepPace();
  pace.observe(preparing(0, 0), 0);
  expect(renderStepLog(pace.observe(preparing(30_000, 0.5), 30_000))).toBe(
    'run r-7f3 preparing: 50 % · 30,000 rows · 1.0 k rows/s · 30 s left',
  );
});
