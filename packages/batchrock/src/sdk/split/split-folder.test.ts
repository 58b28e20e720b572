import { expect, test } from 'vitest';
import { errorsPath } from '../../request/output.ts';
import { isSplitName, isSplitPath, splitFolder, splitName } from './split-folder.ts';

test('an output of one of several models is told from other files by its name', () => {
  const name = splitName('out.jsonl', 'model');
  expect(splitName('out.jsonl', 'another')).not.toBe(name);
  expect([name, errorsPath(name)].map(isSplitName)).toEqual([true, true]);
  expect(['out.jsonl', `a${name}`, `${name}.gz`].map(isSplitName)).toEqual([false, false, false]);
  expect(isSplitPath(`${splitFolder({ path: '/state' })}/${name}`)).toBe(true);
  expect([`/state/${name}`, '/state/split/out.jsonl'].map(isSplitPath)).toEqual([false, false]);
});
