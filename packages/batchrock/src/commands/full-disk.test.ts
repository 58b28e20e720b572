import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL, spawnProgram } from '../../test/cli-harness.ts';

const MAIN = join(import.meta.dirname, '../main.ts');

/** True where this user may mount a file system of his own: a container may forbid it. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt']).status === 0;

const BIG = `id,text\n${Array.from({ length: 3000 }, (_, i) => `${i},${'some words '.repeat(30)}`).join('\n')}\n`;

test.skipIf(!canMount)('a disk that is full when results are written is told, and the same command goes on', async () => {
  const server = await localServer();
  const folder = folderWith({ 'in.csv': BIG });
  const argv = ['run', join(folder, 'in.csv'), '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
  // a file system of 200 kB that only this process sees
  const script = 'shift; mount -t tmpfs -o size=200k tmpfs /mnt && "$@"; code=$?; ls -A /mnt >&2; exit $code';
  const full = await spawnViaShell(
    script,
    [process.execPath, '--conditions=@batchrock/source', MAIN, ...argv, '--out', '/mnt/out.jsonl'],
    folder,
  );
  expect(full.code).toBe(2);
  expect(full.stderr).toContain('BR-E0508 cannot write /mnt/out.jsonl: no space left on the disk');
  expect(full.stderr).toContain('the same command goes on where it stopped');
  // the half of a file is gone
  expect(full.stderr).not.toContain('.part');
  const again = await cli([...argv, '--out', 'out.jsonl'], { cwd: folder });
  expect(again).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'out.jsonl'), 'utf8').split('\n')).toHaveLength(3001);
});

test.skipIf(!existsSync('/dev/full'))('a full disk behind standard output is told', async () => {
  const server = await localServer();
  const folder = folderWith({ 'in.csv': 'id,text\n1,fine\n' });
  await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url], { cwd: folder });
  const ran = await spawnViaShell(
    'shift; "$@" > /dev/full',
    [process.execPath, '--conditions=@batchrock/source', MAIN, 'results'],
    folder,
    false,
  );
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('BR-E0508 cannot write to standard output: no space left on the disk');
});

function spawnViaShell(script: string, command: readonly string[], cwd: string, isolated = true) {
  const shell = ['sh', '-c', script, 'sh', '--', ...command];
  const [program, ...rest] = isolated ? ['unshare', '-rm', ...shell] : shell;
  return spawnProgram(program as string, rest, { cwd }).ended;
}
