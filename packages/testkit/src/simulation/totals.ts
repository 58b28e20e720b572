import type { Mark } from './marks.ts';
import type { SeedResult } from './seed.ts';

/** A seed that broke a promise. */
export interface Failure {
  readonly seed: number;
  readonly invariant: string;
  readonly at: string;
  readonly message: string;
}

/** What many seeds add up to; plain JSON, so that one process can tell it to another. */
export interface Totals {
  seeds: number;
  virtualMs: number;
  steps: number;
  jobs: number;
  cpuMs: number;
  readonly marks: Partial<Record<Mark, number>>;
  readonly failures: Failure[];
}

/** Nothing yet. */
export function noTotals(): Totals {
  return { seeds: 0, virtualMs: 0, steps: 0, jobs: 0, cpuMs: 0, marks: {}, failures: [] };
}

/** Adds one seed. */
export function addSeed(totals: Totals, result: SeedResult): void {
  totals.seeds++;
  totals.virtualMs += result.virtualMs;
  totals.steps += result.steps;
  totals.jobs += result.jobs;
  for (const [mark, count] of result.marks) totals.marks[mark] = (totals.marks[mark] ?? 0) + count;
  if (result.violation === undefined) return;
  const { invariant, at, message } = result.violation;
  totals.failures.push({ seed: result.seed, invariant, at, message });
}

/** Adds what another process counted. */
export function addTotals(totals: Totals, more: Totals): void {
  totals.seeds += more.seeds;
  totals.virtualMs += more.virtualMs;
  totals.steps += more.steps;
  totals.jobs += more.jobs;
  totals.cpuMs += more.cpuMs;
  for (const [mark, count] of Object.entries(more.marks) as [Mark, number][]) {
    totals.marks[mark] = (totals.marks[mark] ?? 0) + count;
  }
  totals.failures.push(...more.failures);
}

/** What should have been met of these and was not. */
export function neverMet(totals: Totals, marks: readonly Mark[]): readonly Mark[] {
  return marks.filter((mark) => totals.marks[mark] === undefined);
}

/** `1000 seeds, 7000 jobs, 4200 virtual hours, …`. */
export function describeTotals(totals: Totals, seconds: number): string {
  const hours = Math.round(totals.virtualMs / 3_600_000);
  return (
    `${totals.seeds} seeds, ${totals.jobs} jobs, ${hours} virtual hours, ${totals.steps} steps in ` +
    `${seconds.toFixed(1)} s (${(totals.cpuMs / 1000).toFixed(1)} s of CPU), ${(totals.seeds / seconds).toFixed(1)} seeds/s`
  );
}
