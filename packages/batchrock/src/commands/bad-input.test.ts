import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LocalBedrock } from '@batchrock/local';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, type Ran } from '../../test/cli-harness.ts';

/** What bad input gets: code 2, an error with its code, what it must say, and nothing sent. */
interface BadInput {
  readonly what: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly argv: readonly string[];
  readonly code: string;
  /** Every one of these stands in the message or its hint. */
  readonly says: readonly (string | RegExp)[];
  readonly stdin?: string;
  readonly before?: (folder: string) => void;
}

const GOOD = { 'in.csv': 'id,text\n1,fine\n2,also fine\n' };
const ask = (...more: string[]) => ['run', 'in.csv', '--model', MODEL, '--prompt', 'Say: {text}', ...more];

const TABLE: readonly BadInput[] = [
  {
    what: 'an S3 endpoint that is no URL, also where no dataset is on S3',
    argv: ask('--s3-endpoint-url', ''),
    files: GOOD,
    code: 'BR-E0120',
    says: ['--s3-endpoint-url is ""', 'give a URL'],
  },
  {
    what: 'an empty profile',
    argv: ask('--profile', ''),
    files: GOOD,
    code: 'BR-E0120',
    says: ['--profile is ""'],
  },
  { what: 'no such file', argv: ask(), code: 'BR-E0101', says: ['in.csv', 'check the path'] },
  {
    what: 'a folder in place of a file',
    argv: ask(),
    before: (folder) => mkdirSync(join(folder, 'in.csv')),
    code: 'BR-E0101',
    says: ['in.csv'],
  },
  {
    what: 'an empty file',
    files: { 'in.csv': '' },
    argv: ask(),
    code: 'BR-E0102',
    says: ['in.csv is empty', 'at least one row'],
  },
  {
    what: 'an empty JSON Lines file',
    files: { 'in.jsonl': '' },
    argv: ['run', 'in.jsonl', '--model', MODEL, '--prompt', '{text}'],
    code: 'BR-E0102',
    says: ['in.jsonl'],
  },
  { what: 'a header only', files: { 'in.csv': 'id,text\n' }, argv: ask(), code: 'BR-E0102', says: ['in.csv', 'no rows'] },
  {
    what: 'duplicate column names',
    files: { 'in.csv': 'id,text,text\n1,a,b\n' },
    argv: ask(),
    code: 'BR-E0103',
    says: ['in.csv', 'text', 'line 1'],
  },
  {
    what: 'an empty column name',
    files: { 'in.csv': 'id,,text\n1,a,b\n' },
    argv: ask(),
    code: 'BR-E0103',
    says: ['in.csv', '2'],
  },
  {
    what: 'a quote that is never closed',
    files: { 'in.csv': 'id,text\n1,fine\n2,"never closed\n3,x\n' },
    argv: ask(),
    code: 'BR-E0104',
    says: ['in.csv', 'line 3', 'close the quote'],
  },
  {
    what: 'a Parquet file',
    files: { 'in.csv': 'PAR1\u0000\u0001' },
    argv: ask(),
    code: 'BR-E0114',
    says: ['in.csv', 'Parquet'],
  },
  {
    what: 'a format that cannot be told',
    files: { 'in.txt': 'id,text\n1,a\n' },
    argv: ['run', 'in.txt', '--model', MODEL, '--prompt', '{text}'],
    code: 'BR-E0117',
    says: ['in.txt', '--format'],
  },
  {
    what: 'an unknown model',
    files: GOOD,
    argv: ['run', 'in.csv', '--model', 'anthropic.claude-3-haiku-2024', '--prompt', '{text}'],
    code: 'BR-E0105',
    says: ['anthropic.claude-3-haiku-2024', MODEL, '--family', '--invocation-type'],
  },
  {
    what: 'unknown columns in the prompt, all of them named',
    files: GOOD,
    argv: ['run', 'in.csv', '--model', MODEL, '--prompt', '{txet} and {ident}'],
    code: 'BR-E0106',
    says: ['{txet}', '{ident}', 'did you mean text?', 'id, text'],
  },
  {
    what: 'a column that no row of a JSON Lines file has',
    files: { 'in.jsonl': '{"text":"a"}\n{"text":"b"}\n' },
    argv: ['run', 'in.jsonl', '--model', MODEL, '--prompt', '{title}'],
    code: 'BR-E0106',
    says: ['{title}', 'text'],
  },
  {
    what: 'a JSON Lines file that holds something else',
    files: { 'in.jsonl': 'id,text\n1,a\n' },
    argv: ['run', 'in.jsonl', '--model', MODEL, '--prompt', '{text}'],
    code: 'BR-E0114',
    says: ['in.jsonl has no line', 'JSON object', '--format csv'],
  },
  {
    what: 'a JSON Lines file of empty objects',
    files: { 'in.jsonl': '{}\n{}\n' },
    argv: ['run', 'in.jsonl', '--model', 'amazon.titan-embed-text-v2:0'],
    code: 'BR-E0114',
    says: ['in.jsonl has no line', 'with names'],
  },
  {
    what: 'symbolic links in a circle',
    argv: ask(),
    before: (folder) => symlinkSync('in.csv', join(folder, 'in.csv')),
    code: 'BR-E0120',
    says: ['in.csv', 'symbolic links', 'circle'],
  },
  {
    what: 'a name that is too long for the file system',
    argv: ['run', `${'a'.repeat(300)}.csv`, '--model', MODEL, '--prompt', '{text}'],
    code: 'BR-E0120',
    says: ['aaa.results.jsonl', 'too long'],
  },
  {
    what: 'a brace that is never closed',
    files: GOOD,
    argv: ['run', 'in.csv', '--model', MODEL, '--prompt', 'Say {text'],
    code: 'BR-E0107',
    says: ['prompt', '{{'],
  },
  {
    what: 'a prompt for an embedding model',
    files: GOOD,
    argv: ['run', 'in.csv', '--model', 'amazon.titan-embed-text-v2:0', '--prompt', '{text}'],
    code: 'BR-E0108',
    says: ['amazon.titan-embed-text-v2:0', '--text-column'],
  },
  {
    what: 'no text column for an embedding model',
    files: GOOD,
    argv: ['run', 'in.csv', '--model', 'amazon.titan-embed-text-v2:0'],
    code: 'BR-E0109',
    says: ['input_text', 'did you mean text?', 'id, text', '--text-column'],
  },
  {
    what: 'a text column for a model that answers prompts',
    files: GOOD,
    argv: ask('--text-column', 'text'),
    code: 'BR-E0112',
    says: ['--text-column', '{text}'],
  },
  {
    what: 'no prompt',
    files: GOOD,
    argv: ['run', 'in.csv', '--model', MODEL],
    code: 'BR-E0110',
    says: ['--prompt', '--prompt-file'],
  },
  {
    what: 'two prompts',
    files: { ...GOOD, 'p.txt': '{text}' },
    argv: ask('--prompt-file', 'p.txt'),
    code: 'BR-E0112',
    says: ['--prompt and --prompt-file'],
  },
  {
    what: 'no prompt file',
    files: GOOD,
    argv: ['run', 'in.csv', '--model', MODEL, '--prompt-file', 'p.txt'],
    code: 'BR-E0101',
    says: ['p.txt'],
  },
  {
    what: 'a prompt file larger than any record',
    files: { ...GOOD, 'p.txt': 'x'.repeat(17 * 2 ** 20) },
    argv: ['run', 'in.csv', '--model', MODEL, '--prompt-file', 'p.txt'],
    code: 'BR-E0120',
    says: ['p.txt', '16777216 bytes'],
  },
  {
    what: 'a named prompt larger than any record',
    files: { ...GOOD, 'prompts/p.md': 'x'.repeat(17 * 2 ** 20) },
    argv: ['run', 'in.csv', '--model', MODEL, '--prompt-id', 'p'],
    code: 'BR-E0120',
    says: ['p.md', '16777216 bytes'],
  },
  {
    what: 'an output that exists',
    files: { ...GOOD, 'out.jsonl': 'mine\n' },
    argv: ask('--out', 'out.jsonl'),
    code: 'BR-E0111',
    says: ['out.jsonl exists', '--force'],
  },
  {
    what: 'an output that is the dataset itself, also with --force',
    files: GOOD,
    argv: ask('--out', './in.csv', '--force'),
    code: 'BR-E0111',
    says: ['in.csv is the dataset itself'],
  },
  {
    what: 'an output that is a folder, also with --force',
    files: { ...GOOD, 'out.csv/x': '' },
    argv: ask('--out', 'out.csv', '--force'),
    code: 'BR-E0111',
    says: ['out.csv is a folder'],
  },
  {
    what: 'an output in a folder that does not exist',
    files: GOOD,
    argv: ask('--out', 'no/such/out.jsonl'),
    code: 'BR-E0101',
    says: ['out.jsonl', 'mkdir -p'],
  },
  {
    what: 'an output of an unknown format',
    files: GOOD,
    argv: ask('--out', 'out.xlsx'),
    code: 'BR-E0117',
    says: ['out.xlsx', '.jsonl', '.csv'],
  },
  {
    what: 'an unknown request parameter',
    files: GOOD,
    argv: ask('--param', 'temprature=0'),
    code: 'BR-E0115',
    says: ['temprature', 'temperature'],
  },
  {
    what: 'a request parameter out of range',
    files: GOOD,
    argv: ask('--param', 'temperature=9'),
    code: 'BR-E0115',
    says: ['temperature', '9'],
  },
  {
    what: 'a parameter without a value',
    files: GOOD,
    argv: ask('--param', 'temperature'),
    code: 'BR-E0112',
    says: ['--param', 'NAME=VALUE'],
  },
  {
    what: 'fewer records a job than the model takes',
    files: GOOD,
    argv: ask('--records-per-job', '7'),
    code: 'BR-E0120',
    says: ['--records-per-job is 7', '100 to 100000'],
  },
  {
    what: 'slots that are no number',
    files: GOOD,
    argv: ask('--slots', 'many'),
    code: 'BR-E0112',
    says: ['--slots', 'many', 'whole number from 1'],
  },
  {
    what: 'a bad row with --strict',
    files: { 'in.csv': 'id,text\n1,fine\n2\n' },
    argv: ask('--strict'),
    code: 'BR-E0113',
    says: ['line 3', '--strict'],
  },
  {
    what: 'an unknown option',
    files: GOOD,
    argv: ask('--promt', 'x'),
    code: 'BR-E0112',
    says: ['--promt', 'did you mean --prompt?'],
  },
  {
    what: 'an option that is needed and misspelt',
    files: GOOD,
    argv: ['run', 'in.csv', '--prompt', '--modle', '--modle', 'x'],
    code: 'BR-E0112',
    says: ["unknown option '--modle'", 'did you mean --model?'],
  },
  { what: 'an unknown command', argv: ['runn', 'in.csv'], code: 'BR-E0112', says: ['runn', 'did you mean run?'] },
  {
    what: 'a bucket without a role',
    files: GOOD,
    argv: ask('--bucket', 'my-bucket'),
    code: 'BR-E0112',
    says: ['my-bucket', '--role-arn'],
  },
  {
    what: 'a role that is no role',
    files: GOOD,
    argv: ask('--bucket', 'my-bucket', '--role-arn', 'admin'),
    code: 'BR-E0120',
    says: ['--role-arn is "admin"', 'arn:aws:iam::'],
  },
  {
    what: 'a prefix that Bedrock refuses',
    files: GOOD,
    argv: ask('--prefix', 'dt=2026'),
    code: 'BR-E0120',
    says: ['--prefix is "dt=2026"', 'letters, digits'],
  },
  {
    what: 'empty standard input',
    argv: ['run', '-', '--model', MODEL, '--prompt', '{text}'],
    code: 'BR-E0102',
    says: ['standard input'],
  },
  { what: 'a run that is not there', argv: ['status', 'r-nope'], code: 'BR-E0201', says: ['r-nope', 'batchrock list'] },
  { what: 'no run at all', argv: ['results'], code: 'BR-E0201', says: ['no run'] },
];

describe('bad input gets a clear error, exit code 2, and nothing is sent', () => {
  test.each(TABLE)('$what', async (bad) => {
    const server = await localServer();
    const folder = folderWith(bad.files);
    bad.before?.(folder);
    const before = readdirSync(folder);
    const local = bad.argv[0] === 'run' && !bad.argv.includes('--bucket') ? ['--endpoint-url', server.url] : [];
    const ran = await cli([...bad.argv, ...local], { cwd: folder, stdin: bad.stdin });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expectError(ran, bad);
    expect(readdirSync(folder).filter((name) => name !== 'state')).toEqual(before);
    await expectNothingSent(server);
  });
});

function expectError(ran: Ran, bad: BadInput): void {
  const [first, hint, docs] = ran.stderr.split('\n').filter((line) => !/^(run r-|local|http)/.test(line));
  expect(first).toMatch(new RegExp(`^${bad.code} `));
  expect(hint).toMatch(/^ {2}→ \S/);
  expect(docs).toBe(`  docs: docs/errors.md#${bad.code.toLowerCase()}`);
  for (const part of bad.says) expect(`${first}\n${hint}`).toMatch(part);
  expect(ran.stderr).not.toMatch(/\n\s+at |node:internal|\u001b/);
}

async function expectNothingSent(server: LocalBedrock): Promise<void> {
  expect(await jobsOf(server)).toEqual([]);
}

test('a server that is not there is told with its address: exit code 5', async () => {
  const server = await localServer();
  await server.close();
  const folder = folderWith(GOOD);
  const ran = await cli(ask('--endpoint-url', server.url), { cwd: folder });
  expect(ran.code).toBe(5);
  expect(ran.stderr).toMatch(/^BR-E0506 .*\n {2}→ check --endpoint-url/m);
  expect(ran.stderr).toContain(server.url.slice('http://'.length));
});

test('a bucket that is not there is told by its name: exit code 5, and the same command goes on when it is', async () => {
  const server = await localServer({ buckets: [] });
  const folder = folderWith(GOOD);
  const argv = ask('--endpoint-url', server.url, '--bucket', 'not-there');
  const ran = await cli(argv, { cwd: folder });
  expect(ran.code).toBe(5);
  expect(ran.stderr).toMatch(/BR-E\d{4} .*not-there/);
  await fetch(`${server.url}/not-there`, { method: 'PUT' });
  expect((await cli(argv, { cwd: folder })).code).toBe(0);
});

test('a state directory in whose way a file stands is told: exit code 2', async () => {
  const folder = folderWith({ state: 'a file' });
  const ran = await cli(['status'], { cwd: folder });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('--state-dir');
});

test.each([
  ['a page', 200, '<html>hello</html>', /BR-E0208 s3:\/\/batchrock-local\/\S+ lists 0 of the 1 files/],
  ['JSON', 404, '{}', /BR-E0504 ListObjectsV2 \S+ the answer \(HTTP 404\) is none that AWS gives/],
  [
    'a redirect',
    301,
    '',
    /BR-E0504 GetObject \S+ the answer \(HTTP 301\) sends to http:\/\/127\.0\.0\.1:1\/elsewhere, which is not followed/,
  ],
])('a server that is not Bedrock, and answers with %s, is told as such', async (_, status, body, says) => {
  const server = createServer((request, response) => {
    request
      .resume()
      .on('end', () =>
        response
          .writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' })
          .end(request.method === 'HEAD' ? undefined : body),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const ran = await cli(ask('--endpoint-url', `http://127.0.0.1:${port}`), { cwd: folderWith(GOOD) });
    expect(ran.stderr).toMatch(says);
    expect(ran.stderr).toMatch(/→ check --endpoint-url/);
    expect(ran.stderr).not.toMatch(/\$response|please report/);
    expect(ran.code).toBe(5);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
