import { describe, expect, it } from 'vitest';
import { cli, folderWith, MODEL } from '../../test/cli-harness.ts';

const lineOf = (custom_id: unknown, body: object, url = '/v1/chat/completions') =>
  `${JSON.stringify({ custom_id, method: 'POST', url, body })}\n`;
const ask = (text: string, more: object = {}) => ({ messages: [{ role: 'user', content: text }], ...more });

const NOVA = 'us.amazon.nova-pro-v1:0';

// the sample of LangBatch's documentation of Bedrock, as it stands: no version in the url, no model in the body
const SAMPLE = `{"custom_id": "task-0", "method": "POST", "url": "/chat/completions", "body": {"messages": [{"role": "system", "content": "You are an AI assistant that helps people find information."}, {"role": "user", "content": "When was Microsoft founded?"}]}}
{"custom_id": "task-1", "method": "POST", "url": "/chat/completions", "body": {"messages": [{"role": "system", "content": "You are an AI assistant that helps people find information."}, {"role": "user", "content": "When was the first XBOX released?"}]}}
`;

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('convert --to bedrock', () => {
  it('writes a record for each line, known by its custom_id', async () => {
    const cwd = folderWith({ 'in.jsonl': SAMPLE });
    const { code, stdout } = await cli(['convert', 'in.jsonl', '--to', 'bedrock', '--model', NOVA], { cwd });
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual(
      ['When was Microsoft founded?', 'When was the first XBOX released?'].map((text, i) => ({
        recordId: `task-${i}`,
        modelInput: {
          messages: [{ role: 'user', content: [{ text }] }],
          system: [{ text: 'You are an AI assistant that helps people find information.' }],
        },
      })),
    );
  });

  it('reads standard input, and writes one record for each answer that a line asks for', async () => {
    const stdin = lineOf('a', ask('x', { n: 2, temperature: 0 }));
    const { code, stdout } = await cli(
      ['convert', '-', '--to', 'bedrock', '--model', MODEL, '--invocation-type', 'invoke-model'],
      { cwd: folderWith(), stdin },
    );
    expect(code).toBe(0);
    expect(jsonLines(stdout).map(({ recordId, modelInput }) => [recordId, modelInput.temperature])).toEqual([
      ['a#0', 0],
      ['a#1', 0],
    ]);
  });

  it('leaves out what cannot be said, and says so with the line', async () => {
    const cwd = folderWith({ 'in.jsonl': `${lineOf('a', ask('x', { stream: true }))}${lineOf('b', ask('y'))}` });
    const { code, stdout, stderr } = await cli(['convert', 'in.jsonl', '--to', 'bedrock', '--model', NOVA], { cwd });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^in\.jsonl:1: body\.stream: .* \(stream\)$/m);
    expect(jsonLines(stdout).map((record) => record.recordId)).toEqual(['b']);
  });

  it('writes records for the rows of a prompt, too', async () => {
    const cwd = folderWith({ 'in.csv': 'id,text\n1,"a ""b"""\n2\n' });
    const { code, stdout, stderr } = await cli(
      ['convert', 'in.csv', '--to', 'bedrock', '--model', NOVA, '--prompt', 'Say {text}'],
      { cwd },
    );
    expect(code).toBe(3);
    expect(stderr).toContain('in.csv:3: ');
    expect(jsonLines(stdout)).toEqual([{ recordId: expect.any(String), modelInput: expect.anything() }]);
    expect(stdout).toContain('Say a \\"b\\"');
  });
});

describe('convert --to openai', () => {
  it('makes an output line of each line that a job wrote', async () => {
    const output = [
      {
        recordId: 'a',
        modelInput: {},
        modelOutput: {
          output: { message: { role: 'assistant', content: [{ text: 'in 1975' }] } },
          stopReason: 'end_turn',
          usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
        },
      },
      { recordId: 'b', modelInput: {}, error: { errorCode: 400, errorMessage: 'bad request' } },
      { something: 'else' },
    ];
    const cwd = folderWith({ 'in.jsonl.out': output.map((line) => `${JSON.stringify(line)}\n`).join('') });
    const ran = await cli(['convert', 'in.jsonl.out', '--to', 'openai', '--model', NOVA, '--created', '1763700000'], { cwd });
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(/^in\.jsonl\.out:3: .* \(not_an_output\)$/m);
    expect(jsonLines(ran.stdout)).toEqual([
      {
        id: 'batch_req_a',
        custom_id: 'a',
        response: {
          status_code: 200,
          request_id: 'a',
          body: expect.objectContaining({
            object: 'chat.completion',
            created: 1763700000,
            usage: expect.objectContaining({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }),
          }),
        },
        error: null,
      },
      expect.objectContaining({ custom_id: 'b', error: { code: '400', message: 'bad request' } }),
    ]);
  });
});

describe('validate', () => {
  const bad = [
    lineOf('a', ask('x')),
    lineOf('', { messages: [{ role: 'robot', content: 'x' }], temperature: 'hot' }),
    '{"custom_id":\n',
    lineOf('a', ask('x')),
    lineOf('c', ask('x', { seed: 1 })),
  ].join('');

  it('tells all that is wrong with each line, by its place', async () => {
    const cwd = folderWith({ 'in.jsonl': bad });
    const { code, stdout, stderr } = await cli(['validate', 'in.jsonl', '--model', NOVA], { cwd });
    expect(code).toBe(3);
    const told = stdout.trimEnd().split('\n');
    const found = told.map((line) => /^in\.jsonl:(\d+): (?:([\w.[\]]+): )?.* \((\w+)\)$/.exec(line)?.slice(1));
    expect(found).toEqual([
      ['2', 'custom_id', 'bad_custom_id'],
      ['2', 'body.messages[0].role', 'unknown_role'],
      ['2', 'body.temperature', 'bad_type'],
      ['3', undefined, 'bad_json'],
      ['4', 'custom_id', 'duplicate_custom_id'],
      ['5', 'body.seed', expect.any(String)],
    ]);
    expect(stderr).toMatch(/5 rows, of which 1 can be sent to us\.amazon\.nova-pro-v1:0: 6 errors/);
  });

  it('warns of what is left out where that is allowed, and ends with 0 then', async () => {
    const cwd = folderWith({ 'in.jsonl': lineOf('c', ask('x', { seed: 1 })) });
    const { code, stdout } = await cli(['validate', 'in.jsonl', '--model', NOVA, '--on-unsupported', 'warn'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^in\.jsonl:1: warning: body\.seed: /);
  });

  it('prints one document, ours or SARIF', async () => {
    const cwd = folderWith({ 'in.jsonl': bad });
    const ours = await cli(['validate', 'in.jsonl', '--model', NOVA, '--format', 'json'], { cwd });
    expect(JSON.parse(ours.stdout)).toMatchObject({ schema: 'batchrock.validate/1', rows: 5, sound: 1, errors: 6, isCut: false });
    const sarif = JSON.parse((await cli(['validate', 'in.jsonl', '--model', NOVA, '--format', 'sarif'], { cwd })).stdout);
    expect(sarif.runs[0].results[0]).toMatchObject({
      ruleId: 'bad_custom_id',
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'in.jsonl' }, region: { startLine: 2 } } }],
    });
  });

  it('checks the rows of a prompt, and records', async () => {
    const sound = '{"modelInput":{"messages":[{"role":"user","content":[{"text":"x"}]}]}}';
    const cwd = folderWith({ 'in.csv': 'id,text\n1,a\n2\n', 'records.jsonl': `${sound}\n{"modelInput":[]}\n` });
    const rows = await cli(['validate', 'in.csv', '--model', NOVA, '--prompt', '{text}'], { cwd });
    expect(rows).toMatchObject({ code: 3, stdout: expect.stringMatching(/^in\.csv:3: .*\(ragged_row\)\n$/) });
    const piped = await cli(['validate', '-', '--model', NOVA, '--prompt', '{text}'], { cwd, stdin: 'id,text\n1,a\n2\n' });
    expect(piped).toMatchObject({ code: 3, stdout: expect.stringMatching(/^standard input:3: .*\(ragged_row\)\n$/) });
    const records = await cli(['validate', 'records.jsonl', '--model', NOVA, '--input-format', 'bedrock'], { cwd });
    expect(records).toMatchObject({ code: 3, stdout: expect.stringMatching(/^records\.jsonl:2: .*\(not_an_object\)\n$/) });
  });
});
