import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

const ASK = ['--model', MODEL, '--prompt', 'Classify the sentiment of: {text}'];
const PLAN = ['plan', ...ASK, '--json'];

const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i},fine ${from + i}\n`).join('');
const csv = (from: number, to: number) => `id,text\n${rows(from, to)}`;

interface Row {
  readonly id: string;
  readonly status: string;
  readonly error_message: string | null;
}

const resultsIn = async (path: string): Promise<Row[]> =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('several files', () => {
  it('are one dataset, in the order that they are named or sorted in, compressed or not', async () => {
    const server = await localServer();
    const cwd = folderWith({
      'data/b.csv': csv(120, 230).trimEnd(),
      'data/a.csv.gz': gzipSync(csv(0, 120)),
      'data/c.csv.zst': zstdCompressSync(`${csv(230, 300)}bad\n`),
    });
    const argv = ['--endpoint-url', server.url, ...ASK, '--records-per-job', '100'];
    const ran = await cli(['run', 'data/*', ...argv, '--out', 'out.jsonl'], { cwd });
    expect(ran).toMatchObject({ code: 3 });
    const results = await resultsIn(join(cwd, 'out.jsonl'));
    expect(results.slice(0, -1).map((row) => row.id)).toEqual(Array.from({ length: 300 }, (_, i) => String(i)));
    expect(results.at(-1)).toMatchObject({
      status: 'rejected',
      error_message: 'data/c.csv.zst, line 72: 1 cell, the header has 2',
    });
    const errors = await cli(['errors'], { cwd });
    expect(errors.stdout).toContain('row 301, data/c.csv.zst line 72');
    expect(errors.stderr).toMatch(/^what became of a row: batchrock explain r-\w+ 301\nrejected rows were never sent: /m);

    const named = await cli(['run', 'data/a.csv.gz', 'data/b.csv', 'data/c.csv.zst', ...argv, '--out', 'out.jsonl'], { cwd });
    expect(named.stderr).toContain('has ended already');
  });

  it('that differ are refused, with file and columns', async () => {
    const cwd = folderWith({
      'a.csv': csv(0, 3),
      'b.csv': 'id,txt\n1,x\n',
      'c.csv': 'text,id\nx,1\n',
      'd.csv': 'id;text\n1;x\n',
      'e.jsonl': '{"id":1,"text":"x"}\n',
    });
    const refused = async (...names: string[]) => {
      const ran = await cli([...PLAN, ...names], { cwd });
      expect(ran.code).toBe(2);
      return JSON.parse(ran.stdout).error as { code: string; message: string };
    };
    expect(await refused('a.csv', 'b.csv')).toMatchObject({
      code: 'BR-E0122',
      message:
        'b.csv is not read like the first file of the dataset: it lacks "text"; it has "txt", which the first file has not',
    });
    expect((await refused('a.csv', 'c.csv')).message).toContain('another order: "text", "id", not "id", "text"');
    expect((await refused('a.csv', 'd.csv')).message).toContain('split at ";", not at ","');
    expect((await refused('a.csv', 'e.jsonl')).message).toBe('e.jsonl is jsonl, and a.csv is csv');
    expect((await refused('a.csv', './a.csv')).message).toBe('./a.csv is named twice');
    expect((await refused('a.csv', 'nope.csv')).code).toBe('BR-E0101');
    expect((await refused('*.parquet')).message).toBe('no file fits *.parquet');
    expect((await refused('a.csv', '-')).code).toBe('BR-E0112');
  });

  it('may have no rows, unless none has', async () => {
    const cwd = folderWith({
      'a.csv': 'id,text\n',
      'b.csv': csv(0, 3),
      'c.jsonl': '',
      'd.jsonl': '\n',
      'e.jsonl': '{"text":"x"}',
    });
    const planned = async (...names: string[]) => JSON.parse((await cli([...PLAN, ...names], { cwd })).stdout);
    expect(await planned('a.csv', 'b.csv')).toMatchObject({ dataset: 'a.csv and 1 more', rows: 3 });
    expect(await planned('c.jsonl', 'e.jsonl', 'd.jsonl')).toMatchObject({ rows: 1 });
    expect((await planned('c.jsonl', 'd.jsonl')).error).toMatchObject({ code: 'BR-E0102' });
  });

  it('are found to have changed, each of them', async () => {
    const server = await localServer();
    const cwd = folderWith({ 'a.csv': csv(0, 3), 'b.csv': csv(3, 6) });
    const run = () => cli(['run', 'a.csv', 'b.csv', '--endpoint-url', server.url, ...ASK], { cwd });
    expect((await run()).code).toBe(0);
    await writeFile(join(cwd, 'b.csv'), csv(3, 7));
    const changed = await run();
    expect(changed.stderr).toContain('batchrock.results.jsonl exists already');
  });

  it('keep results away from all of them', async () => {
    const cwd = folderWith({ 'a.csv': csv(0, 3), 'b.csv': csv(3, 6) });
    const ran = await cli(['run', 'a.csv', 'b.csv', ...ASK, '--out', 'b.csv', '--force'], { cwd });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('is a file of the dataset, b.csv') });
  });
});

describe('the format of a dataset', () => {
  it('is told by --format where the name says nothing', async () => {
    const cwd = folderWith({ data: csv(0, 3), 'data.gz': gzipSync('{"text":"x"}\n'), 'x.dat': 'id\ttext\n1\tx\n' });
    expect(JSON.parse((await cli([...PLAN, 'data', '--format', 'csv'], { cwd })).stdout)).toMatchObject({ rows: 3 });
    expect(JSON.parse((await cli([...PLAN, 'data.gz', '--format', 'jsonl'], { cwd })).stdout)).toMatchObject({ rows: 1 });
    expect(JSON.parse((await cli([...PLAN, 'x.dat', '--format', 'tsv'], { cwd })).stdout)).toMatchObject({ rows: 1 });
    const untold = await cli([...PLAN, 'data'], { cwd });
    expect(JSON.parse(untold.stdout).error).toMatchObject({ code: 'BR-E0117', hint: expect.stringContaining('--format') });
  });

  it('without a comma in the header of CSV is split at what is there, which is said once', async () => {
    const cwd = folderWith({ 'a.csv': 'id;text\n1;x,y\n', 'b.csv': 'id;text\n2;y\n' });
    const said = 'a.csv: the header has no comma, so columns are split at ";"; --delimiter says otherwise';
    for (const names of [['a.csv'], ['a.csv', 'b.csv']]) {
      const planned = await cli(['plan', ...ASK, ...names], { cwd });
      expect(planned).toMatchObject({ code: 0, stderr: expect.stringContaining(said) });
      expect(planned.stderr.split('so columns are split').length).toBe(2);
    }
    const told = await cli(['plan', ...ASK, 'a.csv', '--delimiter', ';'], { cwd });
    expect(told).toMatchObject({ code: 0, stderr: expect.not.stringContaining('has no comma') });
  });

  it.each([
    ['CSV', csv(0, 3), 3],
    ['JSON Lines', '{"text":"x"}\n', 1],
    ['compressed CSV', gzipSync(csv(0, 3)), 3],
    ['compressed JSON Lines', zstdCompressSync(' {"text":"x"}\n{"text":"y"}'), 2],
  ])('of standard input is found: %s', async (_, stdin, count) => {
    const cwd = folderWith();
    const ran = await cli([...PLAN, '-'], { cwd, stdin });
    expect(JSON.parse(ran.stdout)).toMatchObject({ dataset: 'standard input', rows: count });
  });

  it('of compressed text that is damaged is an error with file and byte', async () => {
    const packed = gzipSync(csv(0, 3000));
    const cwd = folderWith({ 'cut.csv.gz': packed.subarray(0, 5000), 'not.csv.gz': csv(0, 3), 'in.csv': packed });
    const said = async (name: string) => JSON.parse((await cli([...PLAN, name], { cwd })).stdout).error;
    expect(await said('cut.csv.gz')).toMatchObject({
      code: 'BR-E0114',
      message: 'cut.csv.gz is cut off: its gzip data does not end at byte 5000',
    });
    expect((await said('not.csv.gz')).message).toBe('not.csv.gz is no gzip file, at byte 0');
    expect((await said('in.csv')).message).toContain('in.csv is a gzip archive');
  });

  it('of a compressed file that becomes too large is refused, unless it is allowed', async () => {
    const cwd = folderWith({ 'bomb.csv.zst': zstdCompressSync(`id,text\n${`1,${'x'.repeat(2000)}\n`.repeat(10_000)}`) });
    expect(JSON.parse((await cli([...PLAN, 'bomb.csv.zst'], { cwd })).stdout).error).toMatchObject({
      code: 'BR-E0123',
      hint: expect.stringContaining('--max-expansion'),
    });
    const allowed = await cli([...PLAN, 'bomb.csv.zst', '--max-expansion', '100000'], { cwd });
    expect(JSON.parse(allowed.stdout)).toMatchObject({ rows: 10_000 });
  });
});

describe('a prompt that names no column', () => {
  const said = 'the prompt names no column: every row asks the same';

  it('is said before anything is sent, and no error', async () => {
    const cwd = folderWith({ 'a.csv': csv(0, 3) });
    const planned = await cli(['plan', 'a.csv', '--model', MODEL, '--prompt', 'Say text'], { cwd });
    expect(planned).toMatchObject({ code: 0, stderr: expect.stringContaining(said) });
    expect((await cli([...PLAN, 'a.csv'], { cwd })).stderr).not.toContain(said);
    // a system prompt may be what tells the rows apart
    const system = ['--prompt', 'Say it', '--system', 'It is {text}'];
    expect((await cli(['plan', 'a.csv', '--model', MODEL, ...system], { cwd })).stderr).not.toContain(said);
  });
});

describe('a named prompt', () => {
  it('is the same question as its text', async () => {
    const server = await localServer();
    const prompt = '---\nparams:\n  max_tokens: 9\n---\nSay {text}\n';
    const cwd = folderWith({ 'a.csv': csv(0, 3), 'prompts/say.md': prompt, 'other/say.md': prompt });
    const target = ['--model', MODEL, '--endpoint-url', server.url, '--out', 'out.jsonl'];
    expect((await cli(['run', 'a.csv', '--prompt-id', 'say', ...target], { cwd })).code).toBe(0);
    for (const same of [
      ['--prompt', 'Say {text}', '--param', 'max_tokens=9'],
      ['--prompt-id', 'say', '--prompts-dir', 'other'],
    ]) {
      expect((await cli(['run', 'a.csv', ...same, ...target], { cwd })).stderr).toContain('has ended already');
    }
    const unknown = await cli(['run', 'a.csv', '--prompt-id', 'sya', ...target], { cwd });
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean say?') });
    const both = await cli(['run', 'a.csv', '--prompt-id', 'say', '--prompt', 'x', ...target], { cwd });
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('one is allowed') });
  });
});
