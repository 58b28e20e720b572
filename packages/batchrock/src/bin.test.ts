import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { folderWith } from '../test/cli-harness.ts';

const BIN = join(import.meta.dirname, '../bin');

test.each(['22.14.9', '20.20.2', '8.0.0', '0.10.48'])(
  'Node %s is told in one line that it is too old, exit code 2',
  (version) => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require(${JSON.stringify(join(BIN, 'batchrock.js'))});`;
    const ran = spawnSync(process.execPath, ['-e', pretend], { encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toBe(
      `BR-E0116 batchrock needs Node.js 22.15 or newer, and this is ${version}: https://nodejs.org, or npx -p node@22 -p batchrock batchrock\n`,
    );
  },
);

test('the file that an old Node reads is written in JavaScript that it understands', () => {
  const text = readFileSync(join(BIN, 'batchrock.js'), 'utf8').replace(/^#!.*/, '');
  expect(() => new Script(text)).not.toThrow();
  // words and signs that came with ES2015 and later, and a comma after the last argument of a call
  expect(text.replace(/\/\/.*/g, '')).not.toMatch(/\b(const|let|class|async|await|import|export)\b|=>|`|\?\.|\?\?|\.\.\.|,\s*\)/);
});

test('a checkout that is not built says how to build it, in one line', () => {
  const folder = folderWith();
  cpSync(BIN, join(folder, 'bin'), { recursive: true });
  const ran = spawnSync(process.execPath, [join(folder, 'bin/batchrock.js'), '--help'], { encoding: 'utf8' });
  expect(ran).toMatchObject({ status: 5, stdout: '' });
  expect(ran.stderr).toMatch(/^batchrock is not built yet: give `npm run build`.*\n$/);
});
