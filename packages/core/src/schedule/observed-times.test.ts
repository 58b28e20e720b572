import { describe, expect, it } from 'vitest';
import { createChance } from './chance.ts';
import { jobTimes } from './job-times.ts';
import { observedTimes } from './observed-times.ts';
import { SERVICE_MODEL } from './service-model.ts';

/** So many jobs of another service, looked at after some minutes. */
function seenAfter(minutes: number, count = 40) {
  const chance = createChance(11);
  const slow = jobTimes({ startMinutes: 60, startSigma: 0.4, recordsPerMinute: 300, rateSigma: 0.2 });
  return Array.from({ length: count }, () => slow.draw(6_000, chance)).map((taken) => ({
    records: 6_000,
    minutes: Math.min(taken, minutes),
    hasEnded: taken <= minutes,
  }));
}

describe('job times as they are seen', () => {
  it('are those of the jobs, not of the model', () => {
    const times = observedTimes(SERVICE_MODEL, seenAfter(10_000))!;
    // 60 minutes of queue and 20 of work; the model says 10 and 10
    expect(Math.abs(times.expect(6_000) / 82 - 1)).toBeLessThan(0.1);
  });

  it('are not taken from the quick ones alone while the others still run', () => {
    const early = seenAfter(65);
    const ended = early.filter((job) => job.hasEnded);
    expect(ended.length).toBeGreaterThan(4);
    expect(ended.length).toBeLessThan(20);
    const naive = observedTimes(SERVICE_MODEL, ended)!.expect(6_000);
    expect(naive).toBeLessThan(65);
    expect(Math.abs(observedTimes(SERVICE_MODEL, early)!.expect(6_000) / 82 - 1)).toBeLessThan(0.15);
  });

  it('spread as the jobs do', () => {
    const times = observedTimes(SERVICE_MODEL, seenAfter(10_000, 400))!;
    const chance = createChance(3);
    const drawn = Array.from({ length: 2_000 }, () => times.draw(6_000, chance)).toSorted((a, b) => a - b);
    expect(drawn[200]! / 82).toBeGreaterThan(0.6);
    expect(drawn[200]! / 82).toBeLessThan(0.8);
    expect(drawn[1_800]! / 82).toBeGreaterThan(1.25);
    expect(drawn[1_800]! / 82).toBeLessThan(1.7);
  });

  it('are scaled to jobs of another size as the model has it', () => {
    const times = observedTimes(SERVICE_MODEL, [{ records: 6_000, minutes: 40, hasEnded: true }])!;
    expect(times.expect(12_000)).toBeCloseTo(60, 6);
  });

  it('are not known before one has ended, and bear jobs without a time', () => {
    expect(observedTimes(SERVICE_MODEL, [{ records: 1, minutes: 5, hasEnded: false }])).toBeUndefined();
    expect(observedTimes(SERVICE_MODEL, [])).toBeUndefined();
    const odd = [
      { records: 100, minutes: 0, hasEnded: true },
      { records: 100, minutes: 12, hasEnded: true },
      { records: 100, minutes: 1e6, hasEnded: false },
    ];
    expect(Number.isFinite(observedTimes(SERVICE_MODEL, odd)!.expect(100))).toBe(true);
  });
});
