import { cutLine } from '@batchrock/core';
import { bytesSource } from '@batchrock/testkit';
import { expect, it } from 'vitest';
import { openJsonl } from './jsonl-open.ts';

const lineOf = (n: number) => ({
  custom_id: `id-${n}`,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { messages: [{ role: 'user', content: 'x' }], n },
});

/** Lines 1 to 5 ask for so many answers; the third is blank. */
const text = [1, 3, 0, 2, 1]
  .map((n) => (n === 0 ? '\n' : (cutLine(lineOf(n)) ?? [lineOf(n)]).map((line) => `${JSON.stringify(line)}\n`).join('')))
  .join('');
const LINES = [1, 2, 2, 2, 4, 4, 5];

it('each row stands on the line that it was cut from, wherever one begins to read, and in batches of any size', async () => {
  const bytes = new TextEncoder().encode(text);
  const starts = [...text.matchAll(/\{"custom_id/g)].map(({ index }) => index);
  expect(starts).toHaveLength(LINES.length);
  for (const [ordinal, byte] of starts.entries()) {
    for (const blockBytes of [200, 1 << 16]) {
      const from = { byte, ordinal, line: LINES[ordinal] as number };
      const reader = await openJsonl(bytesSource(bytes.subarray(byte)), { isCut: true, from, blockBytes });
      const lines: number[] = [];
      for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
        lines.push(...batch.line.subarray(0, batch.count));
      }
      expect(lines).toEqual(LINES.slice(ordinal));
      expect(reader.position.line).toBe(6);
      expect(reader.dialect).toEqual({ format: 'jsonl', isCut: true });
      await reader.close();
    }
  }
});
