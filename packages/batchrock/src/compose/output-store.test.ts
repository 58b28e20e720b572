import { readText, writeText } from '@batchrock/core';
import { MemoryObjectStore } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { withOutputStore } from './output-store.ts';

test('what jobs write is in the other store under the same keys, and nothing else', async () => {
  const own = new MemoryObjectStore();
  const outputs = new MemoryObjectStore({ uri: 's3://there' });
  const store = withOutputStore(own, outputs);
  const keys = ['runs/r-1/run.json', 'runs/r-1/outcomes/00000-1.jsonl', 'runs/r-1/output/00000-1/abc/000.jsonl.out'];
  for (const key of keys) await writeText(store, key, key);
  const keysOf = async (each: Pick<MemoryObjectStore, 'list'>, prefix: string) =>
    (await Array.fromAsync(each.list(prefix))).map(({ key }) => key);
  expect(store.uri).toBe(own.uri);
  expect(await keysOf(own, '')).toEqual([keys[1], keys[0]]);
  expect(await keysOf(outputs, '')).toEqual([keys[2]]);
  expect(await keysOf(store, 'runs/r-1/output/')).toEqual([keys[2]]);
  for (const key of keys) expect(await readText(store, key)).toBe(key);
  await store.remove(keys);
  expect([await keysOf(own, ''), await keysOf(outputs, '')]).toEqual([[], []]);
});
