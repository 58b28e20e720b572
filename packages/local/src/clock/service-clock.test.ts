import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createServiceClock } from './service-clock.ts';

const HOUR = 3_600_000;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('a clock that is advanced', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('does what is due in the order of its times, each at its time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2 * HOUR }), { maxLength: 20 }), async (times) => {
        const clock = createServiceClock();
        const start = clock.now();
        const seen: number[] = [];
        for (const time of times) {
          clock.at(start + time, () => {
            seen.push(clock.now() - start);
          });
        }
        await clock.advance(HOUR);
        const sorted = times.toSorted((a, b) => a - b);
        expect(seen).toEqual(sorted.filter((time) => time <= HOUR));
        expect(clock.now()).toBe(start + HOUR);
        await clock.advance(HOUR);
        expect(seen).toEqual(sorted);
      }),
      { numRuns: 40 },
    );
  });

  test('does what the work itself puts on the clock, at its time', async () => {
    const clock = createServiceClock();
    const start = clock.now();
    const seen: number[] = [];
    const again = (): void => {
      seen.push(clock.now() - start);
      if (seen.length < 4) clock.at(clock.now() + 600_000, again);
    };
    clock.at(start + 600_000, again);
    await clock.advance(HOUR);
    expect(seen).toEqual([600_000, 1_200_000, 1_800_000, 2_400_000]);
  });

  test('waits for what is going on before it goes on', async () => {
    const clock = createServiceClock();
    const start = clock.now();
    const over = clock.busy();
    let isPast = false;
    const advanced = clock.advance(HOUR).then(() => {
      isPast = true;
    });
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(isPast).toBe(false);
    expect(clock.now()).toBe(start);
    over();
    await advanced;
    expect(clock.now()).toBe(start + HOUR);
  });

  test.each([0, 1, 2, 3, 4])('waits for work whose time came by itself, %s turns after it was told to go on', async (turns) => {
    const clock = createServiceClock();
    let isDone = false;
    let finish = (): void => {};
    clock.at(clock.now() + 1, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      isDone = true;
    });
    const advanced = clock.advance(1).then(() => isDone);
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    vi.advanceTimersByTime(1);
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    finish();
    expect(await advanced).toBe(true);
  });

  test('leaves out what was taken back', async () => {
    const clock = createServiceClock();
    const seen: string[] = [];
    const takeBack = clock.at(clock.now() + 1, () => void seen.push('taken back'));
    clock.at(clock.now() + 2, () => void seen.push('left'));
    takeBack();
    expect(clock.nextDue()).toBe(clock.now() + 2);
    await clock.advance(10);
    expect(seen).toEqual(['left']);
    expect(clock.nextDue()).toBeUndefined();
  });

  test('goes on with the wall by itself, over more than 25 days too', async () => {
    const clock = createServiceClock(5_000);
    expect(clock.now()).toBe(Date.now() + 5_000);
    const seen: number[] = [];
    const start = clock.now();
    clock.at(start + 60 * 24 * HOUR, () => void seen.push(clock.now() - start));
    await vi.advanceTimersByTimeAsync(59 * 24 * HOUR);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(24 * HOUR);
    expect(seen).toEqual([60 * 24 * HOUR]);
  });
});
