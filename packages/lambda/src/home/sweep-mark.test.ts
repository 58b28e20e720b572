import { MemoryLedger } from '@batchrock/testkit';
import { expect, it } from 'vitest';
import { readSweepMark, writeSweepMark } from './sweep-mark.ts';

it('the mark of a sweep is kept until one comes to its end', async () => {
  const ports = { ledger: new MemoryLedger() };
  await writeSweepMark(ports, 'bucket', undefined);
  expect(await readSweepMark(ports, 'bucket')).toBeUndefined();
  await writeSweepMark(ports, 'bucket', 'r-5');
  expect(await readSweepMark(ports, 'bucket')).toBe('r-5');
  expect(await readSweepMark(ports, 'another')).toBeUndefined();
  await writeSweepMark(ports, 'bucket', undefined);
  expect(await readSweepMark(ports, 'bucket')).toBeUndefined();
});
