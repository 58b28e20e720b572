import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL, spawnCli, spawnProgram } from '../../test/cli-harness.ts';

const ROWS = 250;
const DATASET = `id,text\n${Array.from({ length: ROWS }, (_, i) => `00${i},"row ""${i}"", é 🧗"`).join('\n')}\n`;

async function readParquet(path: string): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return parquetReadObjects({ file, compressors: { ZSTD: (page) => new Uint8Array(zstdDecompressSync(page)) } });
}

async function worldWith(argv: readonly string[]) {
  const server = await localServer();
  const cwd = folderWith({ 'in.csv': DATASET });
  const all = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url, ...argv];
  return { server, cwd, argv: all, run: (more: readonly string[] = []) => cli([...all, ...more], { cwd }) };
}

const partsIn = (folder: string) => readdirSync(folder).filter((name) => /^out/.test(name));
const hiddenIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.part'));

describe('results as Parquet', () => {
  test('by the ending of --out, and by --format', async () => {
    const { cwd, run } = await worldWith(['-o', 'out.parquet']);
    expect(await run()).toMatchObject({ code: 0 });
    const rows = await readParquet(join(cwd, 'out.parquet'));
    expect(rows).toHaveLength(ROWS);
    expect(rows[7]).toMatchObject({ id: '007', text: 'row "7", é 🧗', status: 'succeeded', record_id: expect.any(String) });
    expect(await cli(['results', '--format', 'parquet', '-o', 'other.bin'], { cwd })).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, 'other.bin'))).toEqual(readFileSync(join(cwd, 'out.parquet')));
    for (const name of ['--out', '--output']) {
      expect(await cli(['results', name, `${name.slice(2)}.csv`], { cwd })).toMatchObject({ code: 0, stdout: '' });
    }
    expect(readFileSync(join(cwd, 'out.csv'))).toEqual(readFileSync(join(cwd, 'output.csv')));
  });

  test('the same command again finds the same bytes', async () => {
    const { run } = await worldWith(['--out', 'out.parquet']);
    expect((await run()).code).toBe(0);
    const again = await run();
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('results are in');
  });
});

describe('several files', () => {
  test.each(['parquet', 'csv', 'jsonl'])('%s: rows in order, so many in each', async (ending) => {
    const { cwd, run } = await worldWith(['--out', `out.${ending}`, '--max-rows-per-file', '100']);
    const ran = await run();
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain('3 files');
    expect(partsIn(cwd)).toEqual([0, 1, 2].map((file) => `out-0000${file}.${ending}`));
    const ids: unknown[] = [];
    for (const name of partsIn(cwd)) {
      const path = join(cwd, name);
      const text = readFileSync(path, 'utf8');
      if (ending === 'parquet') ids.push(...(await readParquet(path)).map((row) => row['id']));
      else if (ending === 'jsonl')
        ids.push(
          ...text
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line).id),
        );
      else {
        const [header, ...lines] = text.trimEnd().split('\n');
        expect(header).toMatch(/^id,text,response,status,/);
        ids.push(...lines.map((line) => line.split(',')[0]));
      }
    }
    expect(ids).toEqual(Array.from({ length: ROWS }, (_, i) => `00${i}`));
  });

  test('fewer files than before leave none of the old ones behind, and other files are in the way', async () => {
    const { cwd, run } = await worldWith(['--out', 'out.csv', '--max-rows-per-file', '50']);
    expect((await run()).code).toBe(0);
    expect(partsIn(cwd)).toHaveLength(5);
    const wider = ['results', '-o', 'out.csv', '--max-rows-per-file', '200'];
    expect(await cli(wider, { cwd })).toMatchObject({ code: 0 });
    expect(partsIn(cwd)).toEqual(['out-00000.csv', 'out-00001.csv']);
    writeFileSync(join(cwd, 'out-00007.csv'), 'mine\n');
    const refused = await cli(wider, { cwd });
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('out-00007.csv exists already');
    expect(await cli([...wider, '--force'], { cwd })).toMatchObject({ code: 0 });
    expect(partsIn(cwd)).toEqual(['out-00000.csv', 'out-00001.csv']);
  });

  test('a dataset whose name is like theirs is never replaced', async () => {
    const server = await localServer();
    const cwd = folderWith({ 'out-00003.csv': DATASET });
    const argv = ['run', 'out-00003.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
    const ran = await cli([...argv, '--out', 'out.csv', '--max-rows-per-file', '100', '--force'], { cwd });
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toContain('is the dataset itself');
    expect(readFileSync(join(cwd, 'out-00003.csv'), 'utf8')).toBe(DATASET);
  });

  test('standard output is one file', async () => {
    const { cwd, run } = await worldWith(['--out', '-', '--max-rows-per-file', '10']);
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0112') });
    expect(await cli(['results', '--max-rows-per-file', '10'], { cwd })).toMatchObject({ code: 2 });
  });
});

test('a process that is killed while it writes leaves no file that can be seen, and the same command writes them', async () => {
  const { cwd, run } = await worldWith([]);
  expect((await run()).code).toBe(0);
  const argv = ['results', '-o', 'out.parquet', '--max-rows-per-file', '5'];
  const begun = new Promise<void>((resolve) => {
    const watcher = watch(cwd, (_, name) => {
      if (!name?.startsWith('.out')) return;
      watcher.close();
      resolve();
    });
  });
  const child = spawnCli(argv, { cwd });
  await begun;
  child.process.kill('SIGKILL');
  expect((await child.ended).signal).toBe('SIGKILL');
  expect(partsIn(cwd)).toEqual([]);
  expect(hiddenIn(cwd)).not.toEqual([]);
  expect(await cli(argv, { cwd })).toMatchObject({ code: 0 });
  expect(hiddenIn(cwd)).toEqual([]);
  const rows = await Promise.all(partsIn(cwd).map((name) => readParquet(join(cwd, name))));
  expect(rows.map((each) => each.length)).toEqual(Array(ROWS / 5).fill(5));
});

/** True where this user may mount a file system of his own: a container may forbid it. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt']).status === 0;

test.skipIf(!canMount)('a disk that is full in the middle of several Parquet files leaves none of them', async () => {
  const { server, cwd } = await worldWith([]);
  const random = Array.from(
    { length: 3000 },
    (_, i) => `${i},${Buffer.from(`${Math.sin(i)}${Math.cos(i)}`.repeat(9)).toString('base64')}`,
  );
  writeFileSync(join(cwd, 'big.csv'), `id,text\n${random.join('\n')}\n`);
  const argv = ['run', join(cwd, 'big.csv'), '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
  const main = join(import.meta.dirname, '../main.ts');
  const script = 'shift; mount -t tmpfs -o size=300k tmpfs /mnt && "$@"; code=$?; ls -A /mnt >&2; exit $code';
  const command = [process.execPath, '--conditions=@batchrock/source', main, ...argv];
  const out = ['--out', '/mnt/out.parquet', '--max-rows-per-file', '300'];
  const full = await spawnProgram('unshare', ['-rm', 'sh', '-c', script, 'sh', '--', ...command, ...out], { cwd }).ended;
  expect(full.code).toBe(2);
  expect(full.stderr).toContain('no space left on the disk');
  expect(full.stderr).not.toMatch(/^\.?out-\d/m);
  expect(await cli([...argv, '--out', 'out.parquet', '--max-rows-per-file', '300'], { cwd })).toMatchObject({ code: 0 });
  expect(partsIn(cwd)).toHaveLength(10);
  expect(hiddenIn(cwd)).toEqual([]);
});
