import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLocalBedrock } from './start.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'batchrock-folder-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test.each([
  ['the table of objects is no database', 's3/index.db', 'x'.repeat(5000)],
  ['a job is no JSON', 'jobs/a.json', '{"jobId":'],
])('a damaged folder is told with what to do: %s', async (_, file, content) => {
  mkdirSync(join(dir, file, '..'), { recursive: true });
  writeFileSync(join(dir, file), content);
  await expect(startLocalBedrock({ dir })).rejects.toMatchObject({
    code: 'BR-E0205',
    message: expect.stringContaining(dir),
    hint: expect.stringMatching(/^move .* away/),
  });
});

test('a file in the place of the folder is told as such', async () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  await expect(startLocalBedrock({ dir: file })).rejects.toMatchObject({
    code: 'BR-E0120',
    message: expect.stringContaining(`${file}: a file stands there`),
  });
});
