import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

const SECRET = 'zebra4711';

/** Rows that are sent, and some for each way in which a row is refused, the secret in all of them. */
const CSV = Buffer.concat([
  Buffer.from(`id,text\n1,the ${SECRET}\n2,${SECRET},${SECRET} beyond\n3,5" ${SECRET},${SECRET}\n4,${SECRET} `),
  Buffer.from([0xe9]),
  Buffer.from(`\n${SECRET}\n`),
]);
const JSONL = `{"text":"${SECRET}"}\n{"text":"${SECRET}\n["${SECRET}"]\n{"text":"${SECRET} \\ud800"}\n{"other":"${SECRET}"}\n`;

test('what is logged has nothing of prompts, cells, answers and credentials in it', async () => {
  const server = await localServer();
  const cwd = folderWith({ 'in.csv': CSV, 'in.jsonl': JSONL });
  const env = { AWS_ACCESS_KEY_ID: `AKIA${SECRET}`, AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: SECRET };
  const question = ['--model', MODEL, '--prompt', `Say ${SECRET}: {text}`, '--endpoint-url', server.url];
  for (const [code, ...argv] of [
    [3, 'run', 'in.csv', ...question, '--out', 'out.csv', '-vv'],
    [3, 'run', 'in.jsonl', ...question, '--out', 'out.jsonl', '-vv', '--json'],
    [2, 'run', 'in.csv', ...question, '--out', 'strict.csv', '-vv', '--strict'],
    [0, 'plan', 'in.csv', ...question],
    [0, 'plan', 'in.jsonl', ...question, '--json'],
    [0, 'status'],
    [3, 'watch', '--json'],
    [0, 'results', '-o', 'again.csv'],
    [0, 'list'],
  ] as const) {
    const { stdout, stderr, ...ran } = await cli(argv, { cwd, env });
    expect(ran, stderr).toEqual({ code });
    expect(`${stderr}${stdout}`, argv.join(' ')).not.toContain(SECRET);
  }
  // the results have what no column takes
  expect(readFileSync(join(cwd, 'out.csv'), 'utf8')).toContain(`beyond the header: ""${SECRET} beyond""`);
});
