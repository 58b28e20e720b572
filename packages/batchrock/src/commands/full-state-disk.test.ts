import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnProgram } from '../../test/cli-harness.ts';

const MAIN = join(import.meta.dirname, '../main.ts');

/** True where this user may mount a file system of his own: a container may forbid it. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt']).status === 0;

const ROWS = 600;
const DATASET = `id,text\n${Array.from({ length: ROWS }, (_, i) => `${i},${`some words ${i} `.repeat(20)}`).join('\n')}\n`;
const QUESTION = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--records-per-job', '100', '--out', 'out.jsonl'];

/** The command on a disk of its own, and the same command again when the disk has been made larger. */
async function onSmallDisk(size: string, argv: readonly string[], cwd: string) {
  const script = [
    'shift',
    `mount -t tmpfs -o size=${size} tmpfs /mnt`,
    '"$@"; echo "first: $?" >&2',
    'mount -o remount,size=100m /mnt',
    '"$@"',
  ].join('; ');
  const program = [process.execPath, '--conditions=@batchrock/source', MAIN, ...argv];
  const command = ['-rm', 'sh', '-c', script, 'sh', '--', ...program];
  const ran = await spawnProgram('unshare', command, { cwd, env: { BATCHROCK_STATE_DIR: '/mnt/state' } }).ended;
  const [said = '', code = '', again = ''] = ran.stderr.split(/^first: (\d+)\n/m);
  return { code: Number(code), said, again, codeAgain: ran.code };
}

describe.skipIf(!canMount)('a disk that is full under the state directory is told, and the same command goes on', () => {
  let calm = '';
  beforeAll(async () => {
    const cwd = folderWith({ 'in.csv': DATASET });
    expect(await cli(QUESTION, { cwd })).toMatchObject({ code: 0 });
    calm = readFileSync(join(cwd, 'out.jsonl'), 'utf8');
  });

  // it is full when the local Bedrock opens its folder, while the dataset is prepared, while jobs run
  test.each(['150k', '600k', '1700k'])('with the local Bedrock beside the ledger on %s', async (size) => {
    const cwd = folderWith({ 'in.csv': DATASET });
    const ran = await onSmallDisk(size, QUESTION, cwd);
    expect(ran.said).toMatch(/^BR-E0508 .*no space left/m);
    expect(ran.said).toContain('the same command goes on where it stopped');
    expect(ran.said).not.toMatch(/\n\s+at /);
    expect([ran.code, ran.codeAgain]).toEqual([2, 0]);
    expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8')).toBe(calm);
  });

  // not even the memory that connections share fits; then its tables do, and not its items
  test.each(['16k', '100k'])('with the ledger alone on %s', async (size) => {
    const server = await localServer();
    const cwd = folderWith({ 'in.csv': DATASET });
    const ran = await onSmallDisk(size, [...QUESTION, '--endpoint-url', server.url], cwd);
    expect(ran.said).toMatch(/^BR-E0508 no space left for the ledger/m);
    expect(ran.said).not.toMatch(/\n\s+at /);
    expect([ran.code, ran.codeAgain]).toEqual([2, 0]);
    expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(ROWS);
    expect(await jobsOf(server)).toHaveLength(6);
  });
});
