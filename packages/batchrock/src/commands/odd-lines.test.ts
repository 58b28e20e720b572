import { describe, expect, it } from 'vitest';
import { cli, folderWith, MODEL } from '../../test/cli-harness.ts';

const lineOf = (custom_id: unknown, body: object = { messages: [{ role: 'user', content: 'x' }] }) =>
  `${JSON.stringify({ custom_id, method: 'POST', url: '/v1/chat/completions', body })}\n`;
const records = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).modelInput);
const convert = ['convert', 'in.jsonl', '--to', 'bedrock', '--model', MODEL];

describe('a question beside lines of an OpenAI batch file', () => {
  it('may say how long answers are that the lines do not bound, and nothing else', async () => {
    const messages = [{ role: 'user', content: 'x' }];
    const cwd = folderWith({ 'in.jsonl': lineOf('a') + lineOf('b', { messages, max_tokens: 5 }) });
    const { stdout } = await cli([...convert, '--param', 'max_tokens=7'], { cwd });
    expect(records(stdout).map(({ inferenceConfig }) => inferenceConfig.maxTokens)).toEqual([7, 5]);
    const plan = await cli(['plan', 'in.jsonl', '--model', MODEL, '--param', 'max_tokens=7'], { cwd });
    expect(plan.stdout).toContain('(2 to 12)');
    const more = await cli([...convert, '--param', 'temperature=0'], { cwd });
    expect(more).toMatchObject({ code: 2, stderr: expect.stringContaining('lines of an OpenAI batch file say themselves') });
    const odd = await cli([...convert, '--param', 'max_tokens=much'], { cwd });
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0115') });
  });

  it('names the line that keeps the others from being taken for such lines', async () => {
    const cwd = folderWith({ 'in.jsonl': `${lineOf('a')}{"id":1}\n${lineOf('c')}` });
    const { code, stderr } = await cli(['validate', 'in.jsonl', '--model', MODEL], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('BR-E0110');
    expect(stderr).toContain('line 2 has no custom_id or no body');
    expect(stderr).toContain('--input-format openai');
    const forced = await cli(['validate', 'in.jsonl', '--model', MODEL, '--input-format', 'openai'], { cwd });
    expect(forced).toMatchObject({ code: 3, stdout: expect.stringMatching(/^in\.jsonl:2: /) });
  });

  it('speaks to a model that is not known by the invocation type alone', async () => {
    const cwd = folderWith({ 'in.jsonl': lineOf('a') });
    const argv = [...convert.slice(0, -1), 'acme.chat-v1:0', '--invocation-type', 'converse'];
    expect(records((await cli(argv, { cwd })).stdout)).toMatchObject([{ messages: [{ role: 'user' }] }]);
  });
});

describe('lines that ask for answers by a schema', () => {
  it('are refused by validate and convert where run refuses them: each with its line', async () => {
    const by = (schema: object) => ({
      messages: [{ role: 'user', content: 'x' }],
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
    });
    const bad = by({ type: 'object', properties: { a: { $ref: 'https://example.com/a.json' } } });
    const cwd = folderWith({ 'in.jsonl': lineOf('a', by({ type: 'object' })) + lineOf('b', bad) + lineOf('c', bad) });
    const { code, stdout } = await cli(['validate', 'in.jsonl', '--model', MODEL], { cwd });
    expect(code).toBe(3);
    const refused = stdout.split('\n').filter((line) => line.includes('(bad_schema)'));
    expect(refused.map((line) => line.split(': the schema')[0])).toEqual([
      'in.jsonl:2: body.response_format',
      'in.jsonl:3: body.response_format',
    ]);
    const converted = await cli(convert, { cwd });
    expect(converted.code).toBe(3);
    expect(records(converted.stdout)).toHaveLength(1);
  });
});
