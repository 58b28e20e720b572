import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith } from '../../test/cli-harness.ts';

/** The words of a command line that needs no quotes. */
const wordsOf = (command: string) => command.split(' ').slice(1);

describe('a project to begin with', () => {
  test('is made in a folder, and its commands do what they say', async () => {
    const cwd = folderWith();
    const made = JSON.parse((await cli(['init', 'demo', '--json'], { cwd })).stdout);
    expect(made).toMatchObject({ schema: 'batchrock.init/1', folder: join(cwd, 'demo'), kept: [] });
    const demo = join(cwd, 'demo');
    expect(readdirSync(demo, { recursive: true })).toEqual(expect.arrayContaining(made.written));
    const [plan, run, explain] = made.commands as [string, string, string];
    expect((await cli(wordsOf(plan), { cwd: demo })).stdout).toMatch(/200 to send, 0 rows rejected/);
    const ran = await cli(wordsOf(run), { cwd: demo, env: { BATCHROCK_STATE_DIR: '' } });
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('200 succeeded, 0 failed, 0 rejected')]);
    // the ledger is where its settings say, and nowhere else
    expect(readdirSync(demo)).toContain('.batchrock');
    expect(readFileSync(join(demo, 'reviews.results.csv'), 'utf8')).toContain('Okay for the price.\nNot the');
    const told = await cli(wordsOf(explain), { cwd: demo, env: { BATCHROCK_STATE_DIR: '' } });
    expect(told.stdout).toContain('row 42');
  });

  test('touches nothing that is there', async () => {
    const cwd = folderWith({ 'reviews.csv': 'mine\n', '.gitignore': 'mine\n' });
    const { code, stdout, stderr } = await cli(['init'], { cwd });
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual(['batchrock.config.json', 'prompts/sentiment.md']);
    expect(stderr).toContain('reviews.csv is there already, and stays as it is');
    expect(stderr).not.toContain('cd ');
    expect(readFileSync(join(cwd, 'reviews.csv'), 'utf8')).toBe('mine\n');
  });

  test('is not made where a file stands', async () => {
    const cwd = folderWith({ demo: '' });
    expect(await cli(['init', 'demo'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('BR-E0120 cannot make the folder'),
    });
    writeFileSync(join(cwd, 'prompts'), '');
    expect((await cli(['init'], { cwd })).stderr).toContain('a file stands there');
  });

  test('is told how to go on as it was called', async () => {
    const cwd = folderWith();
    const { stderr } = await cli(['init', "it's mine"], { cwd, env: { npm_command: 'exec' } });
    expect(stderr).toContain("  cd 'it'\\''s mine'\n  npx batchrock plan ");
  });
});
