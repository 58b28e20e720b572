import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsFile, type PackLimits, sentinelsFor } from './limits.ts';
import { Packer } from './packer.ts';
import { settleTail } from './tail.ts';

/** The records of each part, as first record and the one after the last, the way that a run makes them. */
function pack(sizes: readonly number[], limits: PackLimits): { from: number; to: number }[] {
  const parts: { from: number; to: number }[] = [];
  const packer = new Packer(limits);
  let from = 0;
  for (let at = 0; ; at++) {
    if (at === sizes.length) {
      const tail = packer.end();
      parts.push({ from, to: at });
      if (tail.kind === 'keep') return parts;
      parts.pop();
      from = parts.pop()!.from;
      packer.again(tail);
      at = from - 1;
      continue;
    }
    if (!packer.fits(sizes[at]!)) {
      parts.push({ from, to: at });
      from = at;
      packer.cut();
    }
    packer.take(sizes[at]!);
  }
}

const limitsAndSizes = fc
  .record({
    minRecords: fc.integer({ min: 1, max: 12 }),
    partSlack: fc.integer({ min: 0, max: 30 }),
    maxSlack: fc.integer({ min: 0, max: 40 }),
    largest: fc.integer({ min: 1, max: 50 }),
    jobSlack: fc.integer({ min: 0, max: 400 }),
    sizes: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 120 }),
  })
  .map(({ minRecords, partSlack, maxSlack, largest, jobSlack, sizes }) => {
    const limits: PackLimits = {
      minRecords,
      partRecords: minRecords + partSlack,
      // room for what the service's real limits have plenty of: a part and a tail in one job
      maxRecords: 2 * minRecords + partSlack + maxSlack,
      maxRecordsPerFile: 1000,
      maxFileBytes: 1e9,
      maxJobBytes: minRecords * largest + jobSlack,
    };
    return { limits, sizes: sizes.map((size) => Math.min(size, largest)) };
  });

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('Packer', () => {
  it('puts every record into exactly one part, in order', () => {
    fc.assert(
      fc.property(limitsAndSizes, ({ limits, sizes }) => {
        const parts = pack(sizes, limits);
        expect(parts[0]!.from).toBe(0);
        expect(parts.at(-1)!.to).toBe(sizes.length);
        parts.forEach((part, i) => {
          expect(part.to).toBeGreaterThan(part.from);
          if (i > 0) expect(part.from).toBe(parts[i - 1]!.to);
        });
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps every part within the limits of a job', () => {
    fc.assert(
      fc.property(limitsAndSizes, ({ limits, sizes }) => {
        for (const { from, to } of pack(sizes, limits)) {
          expect(to - from).toBeLessThanOrEqual(limits.maxRecords);
          expect(sum(sizes.slice(from, to))).toBeLessThanOrEqual(limits.maxJobBytes);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves a part below the minimum only when the whole dataset is', () => {
    fc.assert(
      fc.property(limitsAndSizes, ({ limits, sizes }) => {
        // parts that bytes close below the minimum are the exception that the limits must rule out
        const parts = pack(sizes, { ...limits, maxJobBytes: sum(sizes) + 1 });
        const short = parts.filter(({ from, to }) => sentinelsFor(to - from, limits) > 0);
        expect(short.length).toBe(sizes.length < limits.minRecords ? 1 : 0);
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves no part below the minimum when bytes close the parts either', () => {
    fc.assert(
      fc.property(limitsAndSizes, ({ limits, sizes }) => {
        // a job that takes two tails of the largest records beside each other, as the service's jobs do many times over
        const maxJobBytes = Math.max(limits.maxJobBytes, 3 * limits.minRecords * 50);
        for (const { from, to } of pack(sizes, { ...limits, maxJobBytes })) {
          if (sizes.length >= limits.minRecords) expect(to - from).toBeGreaterThanOrEqual(limits.minRecords);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('makes the same parts of what follows a part that is two before the last', () => {
    fc.assert(
      fc.property(limitsAndSizes, fc.nat(), ({ limits, sizes }, pick) => {
        const parts = pack(sizes, limits);
        const kept = pick % parts.length;
        const from = parts[kept]!.from;
        const rest = pack(sizes.slice(from), limits).map((part) => ({ from: part.from + from, to: part.to + from }));
        expect(rest).toEqual(parts.slice(kept));
      }),
      { numRuns: 3000 },
    );
  });

  it('halves the last two parts', () => {
    const limits = {
      minRecords: 100,
      partRecords: 1000,
      maxRecords: 5000,
      maxRecordsPerFile: 9,
      maxFileBytes: 9,
      maxJobBytes: 1e9,
    };
    const parts = pack(new Array(2050).fill(10), limits);
    expect(parts.map(({ from, to }) => to - from)).toEqual([1000, 525, 525]);
    expect(pack(new Array(2100).fill(10), limits).map(({ from, to }) => to - from)).toEqual([1000, 1000, 100]);
    expect(pack(new Array(1050).fill(10), { ...limits, maxJobBytes: 10_000 }).map(({ from, to }) => to - from)).toEqual([
      950, 100,
    ]);
    expect(pack(new Array(150).fill(10), { ...limits, partRecords: 100 }).map(({ from, to }) => to - from)).toEqual([150]);
  });
});

describe('settleTail', () => {
  it('keeps a tail that it cannot balance', () => {
    const limits = { minRecords: 10, partRecords: 10, maxRecords: 12, maxRecordsPerFile: 9, maxFileBytes: 9, maxJobBytes: 100 };
    expect(settleTail({ records: 10, bytes: 10 }, { records: 5, bytes: 5 }, limits)).toEqual({ kind: 'keep' });
  });
});

describe('fitsFile', () => {
  it('takes the last record and the last byte, and no more', () => {
    const limits = { maxRecordsPerFile: 3, maxFileBytes: 100 };
    expect(fitsFile({ records: 2, bytes: 60 }, 40, limits)).toBe(true);
    expect(fitsFile({ records: 3, bytes: 60 }, 1, limits)).toBe(false);
    expect(fitsFile({ records: 2, bytes: 60 }, 41, limits)).toBe(false);
  });
});
