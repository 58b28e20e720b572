import { createHash } from 'node:crypto';
import type { AnswerCache, AnswerScope, KeptAnswer } from '@batchrock/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A cache under test and how to let go of it. */
export interface AnswerCacheUnderTest {
  readonly cache: AnswerCache;
  close(): Promise<void>;
}

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();
const scope = (name: string): AnswerScope => ({ digest: Buffer.from(sha256(name)).toString('hex'), modelId: `model.${name}` });
const kept = (request: string, answer: string): KeptAnswer => ({ request: sha256(request), answer: Buffer.from(answer) });
const ALL = { mostBytes: 1 << 30 };

const text = (answer: Uint8Array | undefined): string | undefined => answer && Buffer.from(answer).toString();

/** What every cache must do. Each implementation runs this over a new one each time. */
export function describeAnswerCache(name: string, create: () => Promise<AnswerCacheUnderTest>): void {
  describe(`the answer cache: ${name}`, () => {
    let under: AnswerCacheUnderTest;
    let cache: AnswerCache;
    const find = async (where: AnswerScope, ...requests: string[]) =>
      (await cache.find(where, requests.map(sha256), ALL)).map(text);

    beforeEach(async () => {
      under = await create();
      cache = under.cache;
    });
    afterEach(() => under.close());

    it('has nothing that was never put', async () => {
      expect(await find(scope('a'), 'x', 'y')).toEqual([undefined, undefined]);
      expect(await find(scope('a'))).toEqual([]);
    });

    it('gives back what was put, byte for byte, within its scope alone', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      await cache.put(scope('a'), [kept('x', 'zażółć 🦉'), { request: sha256('bytes'), answer: bytes }, kept('empty', '')]);
      expect(await find(scope('a'), 'y', 'x', 'empty')).toEqual([undefined, 'zażółć 🦉', '']);
      const [found] = await cache.find(scope('a'), [sha256('bytes')], ALL);
      expect(Buffer.from(found!)).toEqual(Buffer.from(bytes));
      expect(await find(scope('b'), 'x')).toEqual([undefined]);
    });

    it('keeps the first answer of a request', async () => {
      await cache.put(scope('a'), [kept('x', 'one'), kept('x', 'two')]);
      await cache.put(scope('a'), [kept('x', 'three'), kept('y', 'four')]);
      expect(await find(scope('a'), 'x', 'y')).toEqual(['one', 'four']);
    });

    it('ends a look with the answer that is too much, and looks for one at least', async () => {
      await cache.put(scope('a'), [kept('x', '12345'), kept('y', '12345'), kept('z', '12345')]);
      const look = async (mostBytes: number) =>
        (await cache.find(scope('a'), ['none', 'x', 'y', 'z'].map(sha256), { mostBytes })).map(text);
      expect(await look(15)).toEqual([undefined, '12345', '12345', '12345']);
      expect(await look(10)).toEqual([undefined, '12345', '12345']);
      expect(await look(1)).toEqual([undefined, '12345']);
      expect((await look(0)).length).toBeGreaterThan(0);
    });

    it('rejects what is cancelled', async () => {
      const signal = AbortSignal.abort();
      await expect(cache.find(scope('a'), [sha256('x')], { ...ALL, signal })).rejects.toMatchObject({ code: 'BR-E0801' });
      await expect(cache.put(scope('a'), [kept('x', '1')], { signal })).rejects.toMatchObject({ code: 'BR-E0801' });
      expect(await find(scope('a'), 'x')).toEqual([undefined]);
    });

    it('does what a map does', async () => {
      const request = fc.constantFrom('p', 'q', 'r', 's');
      const puts = fc.array(fc.array(fc.tuple(request, fc.string()), { maxLength: 5 }), { maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(fc.uuid(), puts, async (where, batches) => {
          const model = new Map<string, string>();
          for (const batch of batches) {
            await cache.put(
              scope(where),
              batch.map(([key, answer]) => kept(key, answer)),
            );
            for (const [key, answer] of batch) if (!model.has(key)) model.set(key, answer);
          }
          expect(await find(scope(where), 'p', 'q', 'r', 's')).toEqual(['p', 'q', 'r', 's'].map((key) => model.get(key)));
        }),
        { numRuns: 50 },
      );
    });
  });
}
