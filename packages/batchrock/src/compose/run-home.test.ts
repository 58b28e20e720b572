import { memoryPorts, plainDocument } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import type { KnownExport } from '../request/output.ts';
import { loadHome, noteExports, type RunHome, saveHome } from './run-home.ts';

const RUN = plainDocument().run;
const exportAt = (path: string, bytes = 1): KnownExport => ({ path, bytes, xxh128: '0'.repeat(32) });

test('files of results that two processes note at once are both known, and one that is written again has one note', async () => {
  const ports = memoryPorts();
  const home = { document: plainDocument(), exports: [exportAt('/a')], maxErrorRate: 0 } as unknown as RunHome;
  await saveHome(ports.ledger, home);
  ports.ledger.hook = async ({ call }) => {
    if (call !== 'commit') return;
    ports.ledger.hook = undefined;
    await noteExports(ports, RUN, [exportAt('/b')]);
  };
  await noteExports(ports, RUN, [exportAt('/a', 2), exportAt('/c')]);
  expect((await loadHome(ports.ledger, RUN)).exports).toEqual([exportAt('/b'), exportAt('/a', 2), exportAt('/c')]);
});

test('files of results are noted with a run of this ledger alone', async () => {
  await expect(noteExports(memoryPorts(), RUN, [exportAt('/a')])).rejects.toMatchObject({ code: 'BR-E0201' });
});
