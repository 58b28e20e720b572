import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('work is done one piece after the other, and what fails holds nothing up', async () => {
  const turns = createTurns();
  const order: string[] = [];
  const piece = (name: string, fails = false) =>
    turns.take(async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const ended = await Promise.allSettled([piece('a'), piece('b', true), piece('c')]);
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
