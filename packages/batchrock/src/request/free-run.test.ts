import { runIdFor } from '@batchrock/core';
import { MemoryLedger, type MemoryPorts, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { nodeSha256 } from '../node/index.ts';
import { findFreeRun } from './free-run.ts';

const IDENTITY = 'of the question';
const FIRST = runIdFor(nodeSha256, IDENTITY, 0);
const SECOND = runIdFor(nodeSha256, IDENTITY, 1);
const wanted = { identity: IDENTITY, serial: 0, isNew: false };

async function portsWithRun(): Promise<MemoryPorts> {
  const ports = memoryPorts();
  await putMemoryRun(ports, { run: FIRST, parts: [2] });
  return ports;
}

test('a question that was never asked gets its first id, one that the ledger knows its run', async () => {
  expect(await findFreeRun(memoryPorts(), wanted)).toEqual({ id: FIRST, run: undefined });
  const ports = await portsWithRun();
  expect(await findFreeRun(ports, wanted)).toMatchObject({ id: FIRST, run: { run: FIRST } });
  expect(await findFreeRun(ports, { ...wanted, isNew: true })).toEqual({ id: SECOND, run: undefined });
});

test('a run that lies in the bucket alone is not begun again', async () => {
  const { objects } = await portsWithRun();
  const ports = { ...memoryPorts(), objects };
  const place = `${objects.uri}/runs/${FIRST}`;
  await expect(findFreeRun(ports, wanted)).rejects.toMatchObject({ code: 'BR-E0207', details: { run: FIRST, place } });
  expect(await findFreeRun(ports, { ...wanted, isNew: true })).toEqual({ id: SECOND, run: undefined });
});

test('a run that another process of this ledger begins between the two looks is that run', async () => {
  const { objects, ledger: theirs } = await portsWithRun();
  const ledger = new MemoryLedger();
  objects.hook = async () => {
    objects.hook = undefined;
    for (const { version: _, ...item } of theirs.items()) await ledger.commit([{ put: item, expect: 'absent' }]);
  };
  expect(await findFreeRun({ ...memoryPorts(), ledger, objects }, wanted)).toMatchObject({ id: FIRST, run: { run: FIRST } });
});
