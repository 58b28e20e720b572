import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith } from '../../test/cli-harness.ts';
import { makeStateDir, stateDir, stateDirPath } from './state-dir.ts';

test('the option goes before BATCHROCK_STATE_DIR, that before the XDG folder, that before the home', () => {
  const env = { BATCHROCK_STATE_DIR: 'b', XDG_STATE_HOME: '/xdg', HOME: '/home/me' };
  expect(stateDirPath('a', env, '/cwd')).toBe('/cwd/a');
  expect(stateDirPath(undefined, env, '/cwd')).toBe('/cwd/b');
  expect(stateDirPath(undefined, { ...env, BATCHROCK_STATE_DIR: '' }, '/cwd')).toBe('/xdg/batchrock');
  expect(stateDirPath(undefined, { HOME: '/home/me', XDG_STATE_HOME: 'relative' }, '/cwd')).toBe(
    '/home/me/.local/state/batchrock',
  );
});

test('only its owner may look into it', async () => {
  const dir = stateDir(join(folderWith(), 'deep', 'state'));
  await makeStateDir(dir);
  for (const path of [dir.path, dir.scratch, dir.spool]) expect(statSync(path).mode & 0o777).toBe(0o700);
});
