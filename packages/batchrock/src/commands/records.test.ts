import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';

const TITAN = 'amazon.titan-embed-text-v2:0';

const claude = (i: number) =>
  `{"anthropic_version" : "bedrock-2023-05-31","max_tokens":${1000 + i}, "messages":[{"role":"user","content":"caf\\u00e9 ${i} 😀"}]}`;
const titan = (i: number) => `{"inputText": "text ${i}", "dimensions":256}`;

/** Records with an id of their own, but for each third. */
const fileOf = (rows: number, input: (i: number) => string) =>
  Array.from({ length: rows }, (_, i) => `{${i % 3 === 2 ? '' : `"recordId":"mine/${i}", `}"modelInput":${input(i)}}\n`).join('');

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).trimEnd().split('\n');
}

describe('a file of records that are ready to be sent', () => {
  it('is found to be one, and comes back in the shape of the service, in order and byte for byte', async () => {
    const server = await localServer({ faults: { recordFail: 0.1, recordCodes: [503] } });
    const cwd = folderWith({ 'in.jsonl': fileOf(230, claude) });
    const argv = ['run', 'in.jsonl', '--model', MODEL, '--endpoint-url', server.url, '--max-attempts', '9', '--out', 'out.jsonl'];
    const ran = await cli(argv, { cwd });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain('every row has a modelInput: they are sent as they are');
    const jobs = await jobsOf(server);
    expect(jobs.length).toBeGreaterThan(1);
    const lines = await linesOf(join(cwd, 'out.jsonl'));
    expect(lines).toHaveLength(230);
    lines.forEach((line, i) => {
      const id = i % 3 === 2 ? '"[0-9a-z]{11}"' : `"mine/${i}"`;
      expect(line).toMatch(new RegExp(`^\\{"recordId":${id},"modelInput":`));
      expect(line).toContain(`,"modelInput":${claude(i)},"modelOutput":{`);
      expect(JSON.parse(line).modelOutput).toMatchObject({ type: 'message', stop_reason: 'end_turn' });
    });
    // said in so many words it is the same run, and what was paid for is not sent again
    const again = await cli([...argv, '--input-format', 'bedrock'], { cwd });
    expect(again.stderr).toContain('has ended already');
    expect(await jobsOf(server)).toHaveLength(jobs.length);
    const csv = await cli(['results', '--format', 'csv', '--out', '-'], { cwd });
    expect(csv.stdout.split('\n', 1)[0]).toMatch(/^recordId,modelInput,model_output,status,/);
  });

  it('is looked at before anything is sent: what its model refuses is said, and a file of another model is not run', async () => {
    const server = await localServer();
    const lines = fileOf(6, claude).trimEnd().split('\n');
    const blank =
      '{"modelInput":{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":" "}]}}';
    const cwd = folderWith({ 'in.jsonl': `${[...lines, blank].join('\n')}\n` });
    const of = (model: string) => ['in.jsonl', '--model', model, '--endpoint-url', server.url];
    const planned = await cli(['plan', ...of(MODEL)], { cwd });
    expect(planned.code).toBe(0);
    expect(planned.stderr).toMatch(
      /1 of the first 7 records are none that .* takes, the first at line 7: modelInput\.messages\[0\]/,
    );
    const checked = await cli(['validate', ...of(MODEL).slice(0, 3)], { cwd });
    expect(checked.code).toBe(3);
    expect(checked.stdout).toBe('in.jsonl:7: modelInput.messages[0].content: must not be blank (not_as_the_model_takes_it)\n');
    const other = await cli(['run', ...of(TITAN)], { cwd });
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/BR-E0133 no record is one that .*titan.* 'inputText'/),
    });
    // all of them are named where nothing is to be sent
    expect((await cli(['validate', ...of(TITAN).slice(0, 3)], { cwd })).stdout.trimEnd().split('\n')).toHaveLength(7);
    expect(await jobsOf(server)).toEqual([]);
  });

  it('may be of an embedding model, with rows among them that cannot be sent', async () => {
    const server = await localServer();
    const bad = ['{"recordId":"b1","modelInput":"text"}', '{"recordId":"b2"}', '{"modelInput":{"a":}}'].join('\n');
    const cwd = folderWith({ 'in.jsonl': `${fileOf(5, titan)}${bad}\n${fileOf(3, titan)}` });
    const run = ['run', 'in.jsonl', '--model', TITAN, '--endpoint-url', server.url, '--input-format', 'bedrock'];
    const ran = await cli([...run, '--out', 'out.jsonl'], { cwd });
    expect(ran.code).toBe(3);
    const rows = (await linesOf(join(cwd, 'out.jsonl'))).map((line) => JSON.parse(line) as Record<string, never>);
    expect(
      rows.map(({ error, modelOutput }) => (error as { errorCode: string } | undefined)?.errorCode ?? typeof modelOutput),
    ).toEqual([...Array(5).fill('object'), 'not_an_object', 'missing_column', 'bad_json', ...Array(3).fill('object')]);
    expect(rows[0]).toMatchObject({ recordId: 'mine/0', modelOutput: { inputTextTokenCount: expect.any(Number) } });
    expect(rows[0]!['modelOutput']).toHaveProperty('embedding.length', 256);
  });

  it.each([
    ['a prompt', 'in.jsonl', ['--input-format', 'bedrock', '--prompt', '{modelInput}'], 'BR-E0112'],
    ['a parameter', 'in.jsonl', ['--input-format', 'bedrock', '--param', 'max_tokens=5'], 'BR-E0112'],
    ['CSV', 'in.csv', ['--input-format', 'bedrock'], 'BR-E0117'],
    ['rows without requests', 'rows.jsonl', ['--input-format', 'bedrock'], 'BR-E0114'],
    ['rows of which one has none, unless it is said', 'mixed.jsonl', [], 'BR-E0110'],
    ['rows that are said to be rows', 'in.jsonl', ['--input-format', 'rows'], 'BR-E0110'],
    ['an unknown model', 'in.jsonl', ['--model', 'no.such-model'], 'BR-E0105'],
  ])('is refused with %s', async (_, file, flags, code) => {
    const cwd = folderWith({
      'in.jsonl': fileOf(3, claude),
      'in.csv': 'modelInput\n{}\n',
      'rows.jsonl': '{"a":1}\n',
      'mixed.jsonl': `${fileOf(3, claude)}{"recordId":"x"}\n`,
    });
    const ran = await cli(['plan', file, '--model', MODEL, ...flags, '--json'], { cwd });
    expect(ran.code).toBe(2);
    expect(`${ran.stdout}${ran.stderr}`).toContain(code);
  });

  it('is planned by the texts in its requests', async () => {
    const cwd = folderWith({
      'in.jsonl': fileOf(300, claude),
      'long.jsonl': fileOf(300, (i) => claude(i).replace('😀', 'word '.repeat(500))),
    });
    const plan = async (file: string) => JSON.parse((await cli(['plan', file, '--model', MODEL, '--json'], { cwd })).stdout);
    const [short, long] = [await plan('in.jsonl'), await plan('long.jsonl')];
    expect(short).toMatchObject({ rows: 300, records: 300 });
    expect(long.inputTokens.expected).toBeGreaterThan(20 * short.inputTokens.expected);
  });
});
