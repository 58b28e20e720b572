import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryPorts } from '@batchrock/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { folderWith } from '../../../test/cli-harness.ts';
import { downloadFiles, type RemoteFile } from './download-files.ts';

let folder: string;
let objects: ReturnType<typeof memoryPorts>['objects'];
beforeEach(() => {
  folder = join(folderWith(), 'downloads/jokes');
  ({ objects } = memoryPorts());
  for (const name of ['0000.csv', '0001.csv', 'deep/run.json']) objects.put(`results/${name}`, `content of ${name}`);
});

async function wanted(): Promise<readonly RemoteFile[]> {
  const files: RemoteFile[] = [];
  for await (const info of objects.list('results/')) files.push({ ...info, name: info.key.slice('results/'.length) });
  return files;
}
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('downloading', () => {
  test('makes files of the objects, folders too, and leaves those alone that are the same still', async () => {
    expect(await downloadFiles(objects, folder, await wanted())).toMatchObject({ path: folder, unchanged: 0, bytes: 62 });
    expect(read('deep/run.json')).toBe('content of deep/run.json');
    const before = statSync(join(folder, '0001.csv')).ino;
    rmSync(join(folder, '0000.csv'));
    objects.put('results/deep/run.json', 'CONTENT of deep/run.json');
    expect(await downloadFiles(objects, folder, await wanted())).toMatchObject({ unchanged: 1 });
    expect([read('0000.csv'), read('deep/run.json')]).toEqual(['content of 0000.csv', 'CONTENT of deep/run.json']);
    expect(statSync(join(folder, '0001.csv')).ino).toBe(before);
  });

  test('is refused where a file is not ours or no longer what it was, before anything is written', async () => {
    await downloadFiles(objects, folder, await wanted());
    rmSync(join(folder, '0000.csv'));
    writeFileSync(join(folder, '0001.csv'), 'CONTENT of 0001.csv');
    await expect(downloadFiles(objects, folder, await wanted())).rejects.toMatchObject({ code: 'BR-E0111' });
    expect([existsSync(join(folder, '0000.csv')), read('0001.csv')]).toEqual([false, 'CONTENT of 0001.csv']);
    await downloadFiles(objects, folder, await wanted(), { force: true });
    expect([read('0000.csv'), read('0001.csv')]).toEqual(['content of 0000.csv', 'content of 0001.csv']);
  });

  test('that breaks off leaves whole files alone and no halves, and goes on with the others', async () => {
    objects.hook = ({ call, about }) => {
      if (call === 'open' && about.includes('0001')) throw new Error('the line is cut');
    };
    await expect(downloadFiles(objects, folder, await wanted())).rejects.toThrow('the line is cut');
    expect(existsSync(join(folder, '0001.csv'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    objects.hook = undefined;
    const there = readdirSync(folder).filter((name) => !name.startsWith('.')).length;
    expect(there).toBeGreaterThan(0);
    expect(await downloadFiles(objects, folder, await wanted())).toMatchObject({ unchanged: there });
    expect(read('0001.csv')).toBe('content of 0001.csv');
  });

  test('never leaves its folder, and takes no object that was changed meanwhile', async () => {
    const [first] = await wanted();
    await expect(downloadFiles(objects, folder, [{ ...first!, name: '../up.csv' }])).rejects.toMatchObject({ code: 'BR-E0901' });
    await expect(downloadFiles(objects, folder, [{ ...first!, etag: 'old' }])).rejects.toMatchObject({ code: 'BR-E0118' });
  });
});
