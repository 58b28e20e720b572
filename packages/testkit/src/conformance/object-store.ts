import { createHash } from 'node:crypto';
import type { ByteSource, ObjectSink, ObjectStore } from '@batchrock/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A store under test and how to let go of it. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  close(): Promise<void>;
}

/** Writes all bytes through a sink's blocks, without committing. */
export async function feed(sink: ObjectSink, bytes: Uint8Array): Promise<void> {
  let block = sink.block();
  for (let at = 0; at < bytes.length; at += sink.blockBytes) {
    const piece = bytes.subarray(at, at + sink.blockBytes);
    block.set(piece);
    block = await sink.write(piece.length === sink.blockBytes ? block : block.subarray(0, piece.length));
  }
}

/** Reads a source to its end and closes it. */
export async function drain(source: ByteSource, blockBytes = 100_000): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const block = new Uint8Array(blockBytes);
  try {
    for (let n = await source.readInto(block); n > 0; n = await source.readInto(block)) pieces.push(block.slice(0, n));
  } finally {
    await source.close();
  }
  return Buffer.concat(pieces);
}

/** Bytes that repeat nowhere, the same for the same length. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 0x9e3779b9 ^ length;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What every object store must do. Each implementation runs this in a test file of its own. */
export function describeObjectStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`the object store: ${name}`, () => {
    let under: StoreUnderTest;
    let store: ObjectStore;
    beforeAll(async () => {
      under = await create();
      store = under.store;
    });
    afterAll(() => under?.close());

    const put = async (key: string, bytes: Uint8Array, ifAbsent = false) => {
      const sink = store.create(key, { ifAbsent });
      try {
        await feed(sink, bytes);
        return await sink.commit();
      } catch (error) {
        await sink.abort();
        throw error;
      }
    };
    const get = async (key: string, o = {}) => {
      const source = await store.open(key, o);
      return source && Buffer.from(await drain(source)).toString();
    };
    const keys = async (prefix: string) => (await Array.fromAsync(store.list(prefix))).map((o) => o.key);

    it('says undefined for what is not there', async () => {
      expect(await store.head('none/such')).toBeUndefined();
      expect(await store.open('none/such')).toBeUndefined();
      expect(await keys('none/')).toEqual([]);
      await store.remove(['none/such']);
    });

    it('gives back what was put, and tells the same size and ETag by put, head and list', async () => {
      const info = await put('a/hello', Buffer.from('hello'));
      expect(info).toMatchObject({ key: 'a/hello', size: 5 });
      expect(await get('a/hello')).toBe('hello');
      expect(await store.head('a/hello')).toEqual(info);
      expect(await Array.fromAsync(store.list('a/'))).toEqual([info]);
    });

    it('keeps an empty object', async () => {
      expect(await put('a/empty', new Uint8Array(0))).toMatchObject({ size: 0 });
      expect(await get('a/empty')).toBe('');
    });

    it('replaces an object and gives it another ETag', async () => {
      const first = await put('b/x', Buffer.from('first'));
      const second = await put('b/x', Buffer.from('other'));
      expect(second.etag).not.toBe(first.etag);
      expect(await get('b/x')).toBe('other');
    });

    it('shows nothing before commit and leaves nothing after abort', async () => {
      const sink = store.create('c/half');
      await feed(sink, noise(sink.blockBytes + 10));
      expect(await store.head('c/half')).toBeUndefined();
      await sink.abort();
      expect(await keys('c/')).toEqual([]);
    });

    it('lets one of twenty racers create a key that must be absent', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => put('d/one', Buffer.from(`racer ${i}`), true)),
      );
      const winners = results.flatMap((r, i) => (r.status === 'fulfilled' ? [i] : []));
      expect(winners).toHaveLength(1);
      for (const r of results)
        if (r.status === 'rejected') expect(r.reason).toMatchObject({ kind: 'service', reason: 'conflict' });
      expect(await get('d/one')).toBe(`racer ${winners[0]}`);
    });

    it('reads spans of an object, also past its end', async () => {
      await put('e/span', Buffer.from('0123456789'));
      expect(await get('e/span', { from: 3 })).toBe('3456789');
      expect(await get('e/span', { from: 3, to: 6 })).toBe('345');
      expect(await get('e/span', { from: 8, to: 100 })).toBe('89');
      expect(await get('e/span', { from: 4, to: 4 })).toBe('');
      expect(await get('e/span', { from: 10 })).toBe('');
    });

    it('refuses to read an object that is not the one that was meant', async () => {
      const info = await put('e/etag', Buffer.from('one'));
      expect(await get('e/etag', { ifMatch: info.etag })).toBe('one');
      await put('e/etag', Buffer.from('two'));
      await expect(store.open('e/etag', { ifMatch: info.etag })).rejects.toMatchObject({ code: 'BR-E0118' });
    });

    it('carries several blocks through unchanged, whatever the last one holds', async () => {
      for (const extra of [0, 1, 12_345]) {
        const sink = store.create('f/large');
        const bytes = noise(2 * sink.blockBytes + extra);
        await feed(sink, bytes);
        expect(await sink.commit()).toMatchObject({ size: bytes.length });
        expect(sha(await drain((await store.open('f/large'))!))).toBe(sha(bytes));
      }
    });

    it('lets one of five racers create a large key that must be absent', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 5 }, async (_, i) => {
          const sink = store.create('f/race', { ifAbsent: true });
          const bytes = noise(sink.blockBytes + i + 1);
          await feed(sink, bytes);
          try {
            await sink.commit();
          } catch (error) {
            await sink.abort();
            throw error;
          }
          return sha(bytes);
        }),
      );
      const winners = results.filter((r) => r.status === 'fulfilled').map((r) => r.value);
      expect(winners).toHaveLength(1);
      expect(sha(await drain((await store.open('f/race'))!))).toBe(winners[0]);
    });

    it('lists by prefix in the order of bytes, over as many pages as it takes', async () => {
      const names = Array.from({ length: 1050 }, (_, i) => `g/${String((i * 7919) % 1050).padStart(5, '0')}`);
      for (let i = 0; i < names.length; i += 50)
        await Promise.all(names.slice(i, i + 50).map((key) => put(key, Buffer.from('x'))));
      expect(await keys('g/')).toEqual([...names].sort());
      expect(await keys('g/0100')).toHaveLength(10);
    });

    it('removes many objects at once', async () => {
      await store.remove(await keys('g/'));
      expect(await keys('g/')).toEqual([]);
    });

    it('stops when the signal has aborted', async () => {
      const signal = AbortSignal.abort();
      await expect(Promise.resolve().then(() => store.head('a/hello', { signal }))).rejects.toBeDefined();
    });
  });
}
