import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileObjectStore } from 'batchrock/node';
import { MemoryObjectStore } from '../memory/index.ts';
import { describeObjectStore } from './object-store.ts';

describeObjectStore('memory', async () => ({ store: new MemoryObjectStore(), close: async () => undefined }));

describeObjectStore('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'batchrock-store-'));
  return { store: createFileObjectStore(folder), close: () => rm(folder, { recursive: true, force: true }) };
});
