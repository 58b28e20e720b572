import { expect, test } from 'vitest';
import { COMPLETED, RECEIVED } from '../../test/queued-files.ts';
import { fileDocument, renderFile, renderFiles } from './queue-text.ts';
import { displayWidth } from './width.ts';

test('files are a table; in a narrow terminal name and model stand below each', () => {
  const [header, first, second] = renderFiles([COMPLETED, RECEIVED], Number.POSITIVE_INFINITY);
  expect(header).toMatch(/^FILE +STATUS +ROWS +OK +BAD +COST +RECEIVED +NAME +MODEL$/);
  expect(first).toMatch(
    /^f-3k9x0c2m1q +PartiallyCompleted +2,500 +2,497 +3 +\$0\.0550 .* deep\/reviews +amazon\.nova-lite-v1:0$/,
  );
  // what is not known is never 0
  expect(second).toMatch(/^f-0000000001 +Pending +— +— +— +— .* a +—$/);
  const narrow = renderFiles([COMPLETED, RECEIVED], 90);
  expect(narrow).toHaveLength(5);
  expect(narrow[2]).toBe('  deep/reviews · amazon.nova-lite-v1:0');
  for (const line of narrow) expect(displayWidth(line)).toBeLessThanOrEqual(90);
});

test('a file is shown with what is known of it, and nothing else', () => {
  const lines = renderFile(COMPLETED);
  expect(lines.map((line) => line.split(/ +/)[0])).toEqual([
    'file',
    'status',
    'why',
    'object',
    'model',
    'priority',
    'timeout',
    'received',
    'started',
    'ended',
    'attempt',
    'rows',
    'tokens',
    'cost',
    'results',
    'run',
  ]);
  expect(lines).toContain('rows      2,500 rows: 2,497 succeeded (1 cut off at the token limit), 2 failed, 1 rejected');
  expect(lines).toContain('priority  high, weight 2');
  expect(renderFile(RECEIVED).map((line) => line.split(/ +/)[0])).toEqual(['file', 'status', 'object', 'priority', 'received']);
});

test('a document has null for what is not known, and times in UTC', () => {
  expect(fileDocument(RECEIVED)).toMatchObject({ model: null, rows: null, endedAt: null, results: null, cost: { batch: null } });
  expect(fileDocument(COMPLETED)).toMatchObject({
    receivedAt: '2026-11-22T00:00:00Z',
    endedAt: '2026-11-22T00:30:00Z',
    rows: 2500,
    pending: 0,
    cost: { currency: 'USD', batch: 0.055 },
    results: 's3://files/processed/deep/reviews/',
  });
});
