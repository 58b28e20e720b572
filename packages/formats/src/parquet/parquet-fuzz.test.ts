import { readdirSync, readFileSync } from 'node:fs';
import { InputError, type RandomAccess } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { openParquet } from './parquet-open.ts';

/** Damaged files that are tried; `BATCHROCK_FUZZ_CASES=100000` tries as many. */
const CASES = Number(process.env['BATCHROCK_FUZZ_CASES'] ?? 4000);

const FOLDER = new URL('./fixtures/', import.meta.url);
const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.parquet'))
  .map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, FOLDER))) }));

/** Bytes of memory that a damaged file of some kilobytes may take on its way to an error. */
const MAX_GROWTH = 600e6;
/** No file has more rows than this; one that claims more is read as far. */
const MOST_ROWS = 5000;

describe('damaged Parquet files', () => {
  it(`end in an InputError or in rows, in time and memory that are bounded (${CASES} cases)`, {
    timeout: 3_600_000,
  }, async () => {
    const random = mulberry(Number(process.env['BATCHROCK_FUZZ_SEED'] ?? 1));
    const seen = { errors: 0, rows: 0 };
    let mostBytes = 0;
    for (let i = 0; i < CASES; i++) {
      const { name, bytes } = FILES[Math.floor(random() * FILES.length)]!;
      const damaged = damage(bytes, random);
      const started = performance.now();
      try {
        seen.rows += await readAll(damaged);
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(`case ${i}, ${name}`, { cause: error });
        expect(error.message).toMatch(/^damaged\.parquet/);
        seen.errors += 1;
      }
      expect(performance.now() - started, `case ${i}, ${name}`).toBeLessThan(10_000);
      if (i % 100 === 0) mostBytes = Math.max(mostBytes, process.memoryUsage().rss);
    }
    // both ways out are taken, so the damage is neither always fatal nor never felt
    expect(seen.errors).toBeGreaterThan(CASES / 10);
    expect(seen.rows).toBeGreaterThan(CASES / 10);
    expect(mostBytes).toBeLessThan(MAX_GROWTH);
  });
});

async function readAll(bytes: Uint8Array): Promise<number> {
  const access: RandomAccess = {
    size: bytes.length,
    read: async (from, to) => {
      if (!(from >= 0 && from <= to && to <= bytes.length)) throw new Error(`read of ${from} to ${to} of ${bytes.length}`);
      return bytes.slice(from, to);
    },
    close: async () => undefined,
  };
  const reader = await openParquet(access, { name: 'damaged.parquet', maxRowBytes: 1 << 20 });
  let rows = 0;
  try {
    for (let batch = await reader.next(); batch && rows < MOST_ROWS; batch = await reader.next()) {
      rows += batch.count;
      for (let row = 0; row < batch.count; row++) if (batch.reject[row] !== 0) expect(reader.explainReject(row).why).not.toBe('');
      if (batch.reject[0] === 0) JSON.parse(new TextDecoder().decode(batch.bytes.slice(batch.rowStart[0], batch.rowEnd[0])));
    }
  } finally {
    await reader.close();
  }
  return rows;
}

/** Changes bytes, cuts, doubles or moves some, in one place or in several; sparing what only tells that it is a file at all. */
function damage(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = (limit: number) => Math.floor(random() * limit);
  const out = bytes.slice();
  const kind = random();
  if (kind < 0.05) return out.subarray(0, at(out.length));
  if (kind < 0.1) {
    const [from, to] = [at(out.length), at(out.length)].sort((a, b) => a - b) as [number, number];
    const joined = new Uint8Array(out.length - (to - from));
    joined.set(out.subarray(0, from));
    joined.set(out.subarray(to), from);
    return joined;
  }
  if (kind < 0.15) {
    const [from, to] = [at(out.length), at(out.length)];
    out.copyWithin(to, from, from + at(64));
    return out;
  }
  const footer = new DataView(out.buffer).getUint32(out.length - 8, true);
  // the footer is where most lies can be told: every second case damages it
  const [start, end] = random() < 0.5 ? [out.length - 8 - footer, out.length - 4] : [4, out.length - 8 - footer];
  for (let left = 1 + at(3); left > 0; left--) {
    const place = start + at(end - start);
    const how = random();
    if (how < 0.4) out[place] = at(256);
    else if (how < 0.6) out[place]! ^= 1 << at(8);
    else if (how < 0.8) out[place] = [0, 1, 0x7f, 0x80, 0xff][at(5)]!;
    else out.fill(0xff, place, Math.min(end, place + 1 + at(9)));
  }
  return out;
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
