import { Buffer } from 'node:buffer';
import { MemoryObjectStore } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeBlock } from '../record/index.ts';
import { BlockWriter } from './block-writer.ts';

test('short and long pieces come out in the order in which they went in, whatever the blocks of the sink are', async () => {
  const sizes = fc.array(fc.oneof(fc.nat(60), fc.integer({ min: 2_000, max: 9_000 })), { maxLength: 60, size: 'max' });
  await fc.assert(
    fc.asyncProperty(sizes, fc.constantFrom(5_000, 16_384), fc.boolean(), async (all, blockBytes, inKernel) => {
      const store = new MemoryObjectStore({ blockBytes });
      const writer = new BlockWriter(store.create('o'));
      const from = inKernel ? takeBlock(9_000) : new Uint8Array(9_000);
      let position = 0;
      for (const [i, size] of all.entries()) {
        from.fill(i + 1);
        expect(writer.position).toBe(position);
        if (!writer.append(from, 0, size)) {
          await writer.drain(size);
          expect(writer.append(from, 0, size)).toBe(true);
        }
        position += size;
      }
      await writer.commit();
      const expected = Buffer.concat(all.map((size, i) => Buffer.alloc(size, i + 1)));
      expect(expected.equals(store.bytes('o') as Uint8Array)).toBe(true);
    }),
    { numRuns: 40 },
  );
});
