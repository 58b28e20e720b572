import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

const complete = (...words: string[]) => completeIn(folderWith(), ...words);

/** Candidates of the last word, and whether a file may stand there. */
async function completeIn(cwd: string, ...words: string[]): Promise<readonly [readonly string[], string]> {
  const { stdout, code } = await cli(['complete', '--', ...words], { cwd });
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  return [lines.slice(0, -1).map((line) => line.split('\t', 1)[0] as string), lines.at(-1) as string];
}

describe('what may come next', () => {
  test('is a command, or one of its own', async () => {
    expect(await complete('sta')).toEqual([['status'], ':none']);
    expect((await complete(''))[0]).toEqual(expect.arrayContaining(['run', 'queue', 'help']));
    expect((await complete(''))[0]).not.toContain('complete');
    expect(await complete('queue', 'pu')).toEqual([['put'], ':none']);
  });

  test('is an option, or one of its values', async () => {
    expect(await complete('run', 'in.csv', '--mod')).toEqual([['--model'], ':none']);
    expect(await complete('run', '--on-unsupported', '')).toEqual([['error', 'warn', 'drop'], ':none']);
    expect(await complete('run', '--on-unsupported=w')).toEqual([['--on-unsupported=warn'], ':none']);
    expect(await complete('run', '--model', 'us.amazon.nova-l')).toEqual([['us.amazon.nova-lite-v1:0'], ':none']);
    expect(await complete('local', '--any')).toEqual([['--any-model'], ':none']);
    expect(await complete('deploy', 'q')).toEqual([['queue'], ':none']);
  });

  test('is a run of the ledger', async () => {
    const { url } = await localServer();
    const cwd = folderWith({ 'in.csv': 'text\na\n' });
    const ran = await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--json', '--endpoint-url', url], { cwd });
    const { run } = JSON.parse(ran.stdout);
    expect(await completeIn(cwd, 'status', '')).toEqual([[run], ':none']);
    expect(await completeIn(cwd, 'explain', run, '')).toEqual([[], ':files']);
    expect(await completeIn(cwd, 'status', '--state-dir', '')).toEqual([[], ':files']);
  });

  test('is a file where a dataset or an output is named', async () => {
    expect(await complete('run', '')).toEqual([[], ':files']);
    expect(await complete('run', 'a.csv', 'b')).toEqual([[], ':files']);
    expect(await complete('run', '--out', '')).toEqual([[], ':files']);
  });

  test('is nothing behind what nobody knows', async () => {
    expect(await complete('nonsense', '')).toEqual([[], ':none']);
  });
});

const MAIN = join(import.meta.dirname, '../main.ts');

const hasBash = (() => {
  try {
    return execFileSync('bash', ['-c', 'compgen -A builtin compopt'], { encoding: 'utf8' }).includes('compopt');
  } catch {
    return false;
  }
})();

describe.skipIf(!hasBash)('the script for bash', () => {
  /** What bash offers for a line; its words are cut as bash cuts them. */
  function offered(line: string, ...words: string[]): readonly string[] {
    const cwd = folderWith();
    const shim = join(cwd, 'batchrock');
    writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' --conditions=@batchrock/source '${MAIN}' "$@"\n`);
    chmodSync(shim, 0o700);
    const script = `source <(batchrock completion bash); compopt() { :; }
      COMP_LINE=$1; COMP_POINT=\${#1}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
      _batchrock; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, PATH: `${cwd}:${process.env['PATH']}`, BATCHROCK_STATE_DIR: join(cwd, 'state') };
    const said = execFileSync('bash', ['-c', script, 'bash', line, ...words], { cwd, env, encoding: 'utf8' });
    return said.trimEnd().split('\n');
  }

  test('completes the last word, and keeps what bash has cut off before a colon or an equals sign', () => {
    expect(offered('batchrock stat', 'batchrock', 'stat')).toEqual(['status']);
    expect(offered('batchrock run --on-unsupported=w', 'batchrock', 'run', '--on-unsupported', '=', 'w')).toEqual(['warn']);
    expect(
      offered('batchrock run --model amazon.nova-lite-v1:', 'batchrock', 'run', '--model', 'amazon.nova-lite-v1', ':'),
    ).toEqual(['0']);
  });

  test('evaluates nothing of what is typed', () => {
    const marker = join(folderWith(), 'evaluated');
    const prompt = `"$(touch ${marker}) {text}"`;
    expect(offered(`batchrock run --prompt ${prompt} --mod`, 'batchrock', 'run', '--prompt', prompt, '--mod')).toEqual([
      '--model',
    ]);
    expect(existsSync(marker)).toBe(false);
  });
});
