import { expect, test } from 'vitest';
import { cli, folderWith, MODEL } from '../../test/cli-harness.ts';

test('the table has the newest runs, and says how many older ones there are; --json has all unless it is told', async () => {
  const cwd = folderWith({ 'in.csv': 'text\na\n' });
  const ids: string[] = [];
  for (const prompt of ['a {text}', 'b {text}', 'c {text}']) {
    const ran = await cli(
      ['run', 'in.csv', '--model', MODEL, '--prompt', prompt, '--local-speed', '100000', '--force', '--json'],
      { cwd },
    );
    ids.unshift((JSON.parse(ran.stdout) as { run: string }).run);
  }
  const two = await cli(['list', '--limit', '2'], { cwd });
  expect([...two.stdout.matchAll(/^r-\w+/gm)].map(([run]) => run)).toEqual(ids.slice(0, 2));
  expect(two.stdout).toMatch(/\d\d:\d\d (UTC|[+-]\d\d:\d\d)/);
  expect(two.stderr).toContain('1 older: batchrock list --limit 3 shows it too');
  expect((await cli(['list'], { cwd })).stderr).not.toContain('older');
  const all = JSON.parse((await cli(['list', '--json'], { cwd })).stdout) as { runs: readonly unknown[] };
  expect(all.runs).toHaveLength(3);
  const one = JSON.parse((await cli(['list', '--json', '--limit', '1'], { cwd })).stdout) as { runs: readonly unknown[] };
  expect(one.runs).toHaveLength(1);
});
