import { wayBackPorts } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { findLine } from './find-line.ts';

const LARGE = 'x'.repeat(700_000);

test.each([
  ['first', `{"id":"a"}`],
  ['last', `{"id":"a",2}`],
] as const)('the %s line of a record is found, whatever the reads are', async (which, line) => {
  const { objects } = wayBackPorts();
  const start = new TextEncoder().encode('{"id":"a"');
  objects.put('o', `{"id":"a"}\n{"id":"b"}{"id":"a",0}${LARGE}\n{"id":"a",1}\n${LARGE}\n{"id":"a",2}\n{"id":"c"}\n`);
  const found = await findLine(objects, 'o', start, which);
  expect(new TextDecoder().decode(found)).toBe(line);
  expect(await findLine(objects, 'o', new TextEncoder().encode('{"id":"d"'), which)).toBeUndefined();
  objects.put('unfinished', `${LARGE}\n{"id":"a",9}`);
  expect(new TextDecoder().decode(await findLine(objects, 'unfinished', start, which))).toBe('{"id":"a",9}');
});
