import { Buffer } from 'node:buffer';
import { memoryPorts } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { objectKeys } from './keys.ts';
import { loadDocument } from './load.ts';

test.each([
  ['cut off', '{"schema":"batchrock.run/1","run":"r-', 'is damaged'],
  ['no object', 'null', 'is damaged'],
  ['not UTF-8', '{"schema":"batchrock.run/1","run":"\xff"}', 'is damaged'],
  ['of another version', '{"schema":"batchrock.run/9"}', 'has schema "batchrock.run/9"'],
])('a document that is %s is told with its key and what to do', async (_, text, expected) => {
  const { objects, ...ports } = memoryPorts();
  const sink = objects.create(objectKeys.document('r-1'));
  const block = sink.block();
  const bytes = Buffer.from(text, 'latin1');
  block.set(bytes);
  await sink.write(block.subarray(0, bytes.length));
  await sink.commit();
  const error = await loadDocument({ ...ports, objects }, 'r-1').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'BR-E0205', hint: expect.stringContaining('--new') });
  expect((error as Error).message).toContain(expected);
  expect((error as Error).message).toContain(objectKeys.document('r-1'));
});
