import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL, type Ran, spawnCli } from '../../test/cli-harness.ts';
import type { Host } from '../cli/host.ts';
import { runCli } from '../cli/run-cli.ts';

/** Short, since what quotes a piece of something quotes ten characters of it. */
const CREDENTIAL = 'zc4711';
const PROMPT = 'zp4711';
const CELL = 'zr4711';
const CANARY = /z[cpr]4711/;
const NO_PROMPT = /z[cr]4711/;

const ENV = {
  AWS_ACCESS_KEY_ID: `AKIA${CREDENTIAL}`,
  AWS_SECRET_ACCESS_KEY: CREDENTIAL,
  AWS_SESSION_TOKEN: CREDENTIAL,
  HF_TOKEN: CREDENTIAL,
};

const ROWS = 300;
const rowsOf = (mark: (row: number) => string): string =>
  `id,text\n${Array.from({ length: ROWS }, (_, row) => `${row},${CELL} ${mark(row)}\n`).join('')}`;
const DATASET = rowsOf((row) => ['', '[[fail:400]]', '[[missing]]', '[[fail:503]]', 'fine'][row % 5] ?? '');
const QUESTION = ['--model', MODEL, '--prompt', `Say ${PROMPT}: {text}`, '--records-per-job', '100'];

function expectNone(ran: Pick<Ran, 'stdout' | 'stderr'>, argv: readonly string[]): void {
  expect(`${ran.stderr}\n${ran.stdout}`, argv.join(' ')).not.toMatch(CANARY);
}

/**
 * Files of a state directory that hold a canary, but for those that are there to hold rows and answers. A ledger knows what was asked,
 * the prompt among it, and no more.
 */
function tellingFiles(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => relative(folder, path))
    .filter((path) => {
      const isLedger = /^ledger\.db(-wal)?$/.test(path);
      return (isLedger ? NO_PROMPT : CANARY).test(readFileSync(join(folder, path), 'latin1'));
    })
    .filter((path) => !path.startsWith(join('local', 's3')));
}

test('no command tells prompts, cells or credentials of a run that meets every fault; nor does its state', async () => {
  const faults = { throttle: 0.1, lostReply: 0.1, serverError: 0.1, jobPartial: 0.5, jobExpire: 0.1, jobFail: 0.1 };
  const server = await localServer({ speed: 20_000, faults });
  const cwd = folderWith({ 'in.csv': DATASET });
  const elsewhere = join(cwd, 'elsewhere');
  const at = ['--endpoint-url', server.url];
  for (const argv of [
    ['validate', 'in.csv', ...QUESTION, '--json'],
    ['plan', 'in.csv', ...QUESTION, ...at, '-vv', '--json'],
    ['run', 'in.csv', ...QUESTION, ...at, '--out', 'out.csv', '--cache', '-vv', '--json'],
    ['retry', '-vv', '--json'],
    ['stop', '--mode', 'stop', '-vv', '--json'],
    ['resume', '-vv', '--json'],
    ['status', '-vv', '--json'],
    ['watch', '-vv', '--json'],
    ['list', '-vv', '--json'],
    ['cache', '-vv', '--json'],
    ['config', 'show', '--origin', '--json'],
    ['doctor', '--model', MODEL, '-vv', '--json'],
    ['results', '-o', 'again.csv', '-vv', '--json'],
  ]) {
    const ran = await cli(argv, { cwd, env: ENV });
    expect([0, 2, 3, 5], `${argv[0]}: ${ran.stderr}`).toContain(ran.code);
    expectNone(ran, argv);
  }
  const { run } = JSON.parse((await cli(['status', '--json'], { cwd })).stdout);
  const adopted = await cli(['adopt', run, ...at, '-vv', '--json', '--state-dir', elsewhere], { cwd, env: ENV });
  expect(adopted.stdout, adopted.stderr).toContain(run);
  expectNone(adopted, ['adopt']);
  // answers that are kept for other runs hold answers, and these speak of the rows
  expect(tellingFiles(join(cwd, 'state')).filter((path) => !path.startsWith('answers.db'))).toEqual([]);
  expect(tellingFiles(elsewhere)).toEqual([]);
});

test('what is left of a run that was killed holds them in its inputs and outputs alone', async () => {
  const cwd = folderWith({ 'in.csv': DATASET });
  const argv = ['run', 'in.csv', ...QUESTION, '--dedupe', 'run', '--local-speed', '1', '-vv'];
  const child = spawnCli(argv, { cwd, env: ENV });
  await child.said(/created/);
  child.process.kill('SIGKILL');
  expectNone(await child.ended, argv);
  expect(tellingFiles(join(cwd, 'state'))).toEqual([]);
});

test('what is spoiled is told by its key, and not by what stands in it', async () => {
  const server = await localServer({ speed: 20_000 });
  const cwd = folderWith({ 'in.csv': DATASET });
  await cli(['run', 'in.csv', ...QUESTION, '--endpoint-url', server.url, '--max-attempts', '1', '--out', 'out.csv'], { cwd });
  const { run } = JSON.parse((await cli(['status', '--json'], { cwd })).stdout);
  const folder = `${server.url}/batchrock-local/runs/${run}`;
  for (const name of [
    'input/00000-1/000.jsonl',
    'outcomes/00000-1.jsonl',
    'rows/00000.csv',
    'parts.jsonl',
    'prepared.json',
    'orders.json',
    'owner.json',
    'run.json',
  ]) {
    for (const spoilt of [`${CELL}\n`, `{"id":${CELL}\n`]) {
      const before = await (await fetch(`${folder}/${name}`)).text();
      expect((await fetch(`${folder}/${name}`, { method: 'PUT', body: spoilt })).status).toBe(200);
      for (const argv of [
        ['status', '-vv', '--json'],
        ['results', '-o', 'again.csv', '-vv', '--json'],
        ['errors', '-vv'],
        ['explain', '1', '-vv'],
        ['retry', '--all', '-vv', '--json'],
        ['adopt', run, '--endpoint-url', server.url, '-vv', '--json', '--state-dir', join(cwd, `${name}-${spoilt.length}`)],
      ]) {
        const ran = await cli(argv, { cwd, env: ENV });
        // what these two show are rows and answers
        const stdout = argv[0] === 'errors' || argv[0] === 'explain' ? '' : ran.stdout;
        expectNone({ stderr: ran.stderr, stdout }, [name, ...argv]);
      }
      await fetch(`${folder}/${name}`, { method: 'PUT', body: before });
    }
  }
});

test('a bug of ours quotes nothing of what it was about, not even where -vv shows its trace', async () => {
  for (const text of [PROMPT, `{"text":${PROMPT}}`, `{"a":"some text before it", "b":${PROMPT}, "c":"and after it"}`]) {
    let said = '';
    const stream = {
      write(part: string | Uint8Array): boolean {
        said += String(part);
        return true;
      },
    };
    const onSignal = (): never => {
      throw new Error(`${JSON.parse(text)} is JSON`);
    };
    const host = { stdout: stream, stderr: stream, stdin: {}, env: {}, cwd: '/', onSignal } as unknown as Host;
    expect(await runCli(['list', '-vv', '--json'], host)).toBe(1);
    expect(said).toMatch(/BR-E0901 unexpected SyntaxError: Unexpected token '.' in what is not valid JSON\n/);
    expect(said).toMatch(/\n\s+at /);
    expect(said).not.toMatch(CANARY);
  }
});

test('a password in an address is refused, and not repeated', async () => {
  const cwd = folderWith({ 'in.csv': DATASET });
  const address = `http://bob:${CREDENTIAL}@127.0.0.1:9`;
  for (const argv of [
    ['run', 'in.csv', ...QUESTION, '--endpoint-url', address],
    ['plan', 'in.csv', ...QUESTION, '--endpoint-url', address, '--json'],
    ['plan', 's3://a-bucket/in.csv', ...QUESTION, '--s3-endpoint-url', address, '--json'],
    ['plan', `${address}/in.csv`, ...QUESTION, '--json'],
  ]) {
    const ran = await cli(argv, { cwd });
    expect(ran.code, ran.stderr).toBe(2);
    expectNone(ran, argv);
  }
});
