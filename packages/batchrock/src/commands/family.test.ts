import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli as cliOf, folderWith, localServer, spawnCli } from '../../test/cli-harness.ts';

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../../../examples/families/in-house.js'), 'utf8')
  // a project has the package; this folder has not
  .replace(/import \{ defineFamily \}.*\n/, 'const defineFamily = (family) => family;\n');
const ROWS = 150;
const dataset = `id,text\n${Array.from({ length: ROWS }, (_, i) => `${i},"row ""${i}"", is great"\n`).join('')}`;
const RUN = ['run', 'in.csv', '--model', 'acme.in-house-v1:0', '--family', './family.js', '--prompt', 'Sentiment of {text}'];

/** A server that knows the model, and a folder with the dataset and the family. */
async function world(family = EXAMPLE, rows = dataset) {
  const server = await localServer({ extraModels: ['acme.in-house-v1:0'], speed: 4000, queueMs: 1_000_000 });
  const cwd = folderWith({ 'in.csv': rows, 'family.js': family });
  const argv = [...RUN, '--endpoint-url', server.url];
  return { cwd, argv, cli: (more: readonly string[]) => cliOf(more, { cwd }) };
}

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a family of the user’s own project', () => {
  it('speaks to a model that nobody knows, on the way there and back', async () => {
    const { cwd, argv, cli } = await world();
    const { code, stderr } = await cli([...argv, '--param', 'tone=formal', '--system', 'Label it', '--out', 'out.jsonl']);
    expect(stderr).toContain('it is spoken to as in-house');
    expect(code).toBe(0);
    const rows = linesOf(join(cwd, 'out.jsonl'));
    expect(rows).toHaveLength(ROWS);
    expect(rows[7]).toMatchObject({ text: 'row "7", is great', status: 'succeeded', stop_reason: 'stop', response: /./ });
    for (const row of rows) expect(row['input_tokens']).toBeGreaterThan(0);
    const bad = await cli([...argv, '--param', 'colour=red']);
    expect(bad.stderr).toContain('colour is no parameter of in-house; it takes max_tokens, tone');
  });

  it('is answered by the local Bedrock that a run brings along', async () => {
    const cwd = folderWith({ 'in.csv': 'id,text\n1,great\n', 'family.js': EXAMPLE });
    const { code } = await cliOf([...RUN, '--out', 'out.jsonl'], { cwd });
    expect(code).toBe(0);
    expect(linesOf(join(cwd, 'out.jsonl'))).toMatchObject([{ id: '1', status: 'succeeded', stop_reason: 'stop' }]);
  });

  it('rejects the rows that it throws for, and fails the records whose answers it throws for', async () => {
    const family = `export const family = {
      name: 'picky',
      request({ text }) {
        if (text.includes('"3"')) throw new Error('three is not to be asked');
        return { messages: [{ role: 'user', content: text.trim().toUpperCase() }] };
      },
      answer(output) {
        if (output.choices[0].message.content.length % 2 === 1) throw new TypeError('odd answers are none');
        return { text: output.choices[0].message.content };
      },
    };`;
    const { cwd, argv, cli } = await world(family);
    const { code } = await cli([...argv, '--out', 'out.jsonl']);
    expect(code).toBe(3);
    const rows = linesOf(join(cwd, 'out.jsonl'));
    expect(rows[3]).toMatchObject({ status: 'rejected', error_code: 'invalid_request' });
    expect(rows[3]?.['error_message']).toContain('picky.request of ./family.js: three is not to be asked');
    for (const row of rows) {
      if (row['status'] === 'rejected') continue;
      const { response, error_code: error } = row;
      if (response === null) expect(row).toMatchObject({ status: 'failed', error_code: 'family_failed' });
      else expect([String(response).length % 2, error]).toEqual([0, null]);
    }
    const failed = rows.filter((row) => row['status'] === 'failed');
    if (failed.length > 0) expect(failed[0]?.['error_message']).toContain('odd answers are none');
  });

  it('has to be what it was when the run was begun', async () => {
    const { cwd, argv: asked, cli } = await world();
    const argv = [...asked, '--out', 'out.csv'];
    expect((await cli(argv)).code).toBe(0);
    const before = readFileSync(join(cwd, 'out.csv'), 'utf8');
    // the same file again: the run is the same
    expect((await cli(argv)).stderr).not.toContain('BR-');
    writeFileSync(join(cwd, 'family.js'), `${EXAMPLE}\n// changed\n`);
    const retried = await cli(['retry', '--all']);
    expect(retried.stderr).toContain('BR-E0218');
    expect(retried.stderr).toContain('is another than it was');
    // what was collected is there all the same
    expect((await cli(['results', '--out', '-', '--format', 'csv'])).stdout).toBe(before);
  });

  it('goes on after its process was killed, to the same bytes', async () => {
    const many = `id,text\n${Array.from({ length: 1000 }, (_, i) => `${i},row ${i} is great\n`).join('')}`;
    const more = ['--records-per-job', '100', '--slots', '2', '--out', 'out.csv'];
    const calm = await world(EXAMPLE, many);
    expect((await calm.cli([...calm.argv, ...more])).code).toBe(0);
    const { cwd, argv: asked, cli } = await world(EXAMPLE, many);
    const argv = [...asked, ...more];
    const child = spawnCli([...argv, '-vv'], { cwd });
    await child.said(/job \w+ created/);
    child.process.kill('SIGKILL');
    await child.ended;
    writeFileSync(join(cwd, 'family.js'), EXAMPLE.replace('8000', '9000'));
    const refused = await cli(['resume']);
    expect(refused.stderr).toContain('BR-E0218');
    expect(refused.code).not.toBe(0);
    writeFileSync(join(cwd, 'family.js'), EXAMPLE);
    expect((await cli(argv)).code).toBe(0);
    const withoutIds = (path: string) => readFileSync(path, 'utf8').replace(/,[0-9a-z]{11}$/gm, '');
    expect(withoutIds(join(cwd, 'out.csv'))).toBe(withoutIds(join(calm.cwd, 'out.csv')));
  });

  it.each([
    ['nothing', 'export const x = 1;', 'BR-E0131', 'name has to be'],
    [
      'a built-in name',
      "export default { name: 'nova', request: () => ({}), answer: () => undefined };",
      'BR-E0131',
      'a built-in family',
    ],
    ['no method', "export default { name: 'x' };", 'BR-E0131', 'request has to be a function; answer has to be a function'],
    ['an error', "throw new Error('not today');", 'BR-E0131', 'not today'],
    [
      'no body',
      "export default { name: 'x', request: () => [], answer: () => undefined };",
      'BR-E0131',
      'it gives no JSON object',
    ],
    [
      'a promise',
      "export default { name: 'x', request: async () => ({}), answer: () => undefined };",
      'BR-E0131',
      'no JSON object',
    ],
  ])('that gives %s is refused before anything', async (_, source, code, why) => {
    const cwd = folderWith({ 'in.csv': dataset, 'family.js': source });
    const ran = await cliOf(RUN, { cwd });
    expect(ran.stderr).toContain(code);
    expect(ran.stderr).toContain(why);
    expect(ran.code).toBe(2);
  });

  it('that is not there is told', async () => {
    const ran = await cliOf(RUN, { cwd: folderWith({ 'in.csv': dataset }) });
    expect(ran.stderr).toContain('no such file: ./family.js, the family');
  });
});
