import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findFiles } from './find-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-files-'));
  for (const name of [
    'data/b.csv',
    'data/a.csv',
    'data/a.csv.gz',
    'data/.hidden.csv',
    'data/deep/c.csv',
    'data/x[1].csv',
    'data/10.csv',
  ]) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), '');
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('gives the files that fit a pattern, sorted by name, none of them hidden', async () => {
  expect(await findFiles('data/*.csv', folder)).toEqual(['data/10.csv', 'data/a.csv', 'data/b.csv', 'data/x[1].csv']);
  expect(await findFiles('data/[ab].csv', folder)).toEqual(['data/a.csv', 'data/b.csv']);
  expect(await findFiles('data/{b,a}.csv*', folder)).toEqual(['data/a.csv', 'data/a.csv.gz', 'data/b.csv']);
  expect(await findFiles('data/**/c.csv', folder)).toEqual(['data/deep/c.csv']);
  expect(await findFiles('data/?.csv', folder)).toEqual(['data/a.csv', 'data/b.csv']);
});

it('takes patterns that begin elsewhere', async () => {
  expect(await findFiles('../*.csv', join(folder, 'data/deep'))).toEqual(['../10.csv', '../a.csv', '../b.csv', '../x[1].csv']);
  expect(await findFiles(join(folder, 'data/?.csv'), '/')).toHaveLength(2);
});

it('takes a file that has exactly that name before it takes a pattern', async () => {
  expect(await findFiles('data/x[1].csv', folder)).toEqual(['data/x[1].csv']);
});

it('leaves a name that is no pattern to whoever opens it', async () => {
  expect(await findFiles('nope.csv', folder)).toEqual(['nope.csv']);
});

it('says when no file fits, and does not take a folder for one', async () => {
  await expect(findFiles('data/*.parquet', folder)).rejects.toMatchObject({
    code: 'BR-E0101',
    message: 'no file fits data/*.parquet',
  });
  await expect(findFiles('dat*', folder)).rejects.toMatchObject({ code: 'BR-E0101' });
});
