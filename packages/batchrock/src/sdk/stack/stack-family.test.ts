import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadFamily } from '../../node/index.ts';
import { stackFamily } from './stack-family.ts';

const SOURCE = "export default { name: 'mine', request: ({ text }) => ({ text }), answer: () => undefined };";
const cwd = mkdtempSync(join(tmpdir(), 'stack-family-'));
afterAll(() => rmSync(cwd, { recursive: true }));
writeFileSync(join(cwd, 'mine.js'), SOURCE);
writeFileSync(join(cwd, 'other.js'), SOURCE.replace('mine', 'other'));
const { sha256 } = (await loadFamily(join(cwd, 'mine.js'))).module;
const has = (...families: { readonly name: string; readonly sha256: string }[]) => ({ name: 'Runs', families });

test('a family is found by its module, by its name, or among those that are built in', async () => {
  const stack = has({ name: 'mine', sha256 });
  expect(await stackFamily(stack, './mine.js', cwd)).toEqual({ name: 'mine', sha256, isThereAlone: false });
  expect(await stackFamily(stack, 'mine', cwd)).toEqual({ name: 'mine', sha256, isThereAlone: true });
  expect(await stackFamily(stack, 'nova', cwd)).toEqual({ name: 'nova', isThereAlone: false });
  expect(await stackFamily(stack, undefined, cwd)).toBeUndefined();
});

test.each([
  [
    './mine.js',
    has({ name: 'mine', sha256: 'b'.repeat(64) }),
    'BR-E0218',
    /stack Runs has another mine \(SHA-256 bbbbbbbbbbbb…\)/,
  ],
  ['./other.js', has({ name: 'mine', sha256 }), 'BR-E0120', /\.\/other\.js is the family other; stack Runs has mine/],
  ['./mine.js', has(), 'BR-E0120', /stack Runs has none of its own/],
  ['mien', has({ name: 'mine', sha256 }), 'BR-E0120', /unknown model family "mien" \(did you mean mine\?\)/],
  ['./gone.js', has(), 'BR-E0101', /no such file/],
])('%s of %j is refused with %s', async (asked, stack, code, message) => {
  const refused = stackFamily(stack, asked, cwd);
  await expect(refused).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/./),
  });
  if (code !== 'BR-E0101')
    await expect(refused).rejects.toMatchObject({ hint: expect.stringContaining('batchrock deploy orchestrator --family') });
});
