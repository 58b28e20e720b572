import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdLock } from '@batchrock/sqlite';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';
import { displayWidth } from '../render/width.ts';

const DATASET = `text\n${Array.from({ length: 250 }, (_, i) => `row ${i}`).join('\n')}\n`;

/** Times of documents: UTC, whatever the machine's time zone. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;

/** 250 rows are two jobs, neither below the minimum of 100. */
const PARTS = 2;

/** A folder with a run of 250 rows that has ended; one row is rejected. */
async function endedRun(): Promise<{ cwd: string; url: string; run: string }> {
  const server = await localServer();
  const cwd = folderWith({ 'in.csv': `id,${DATASET.replaceAll('\nrow', '\n1,row')}oops\n` });
  const ran = await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--json', '--endpoint-url', server.url], {
    cwd,
  });
  return { cwd, url: server.url, run: JSON.parse(ran.stdout).run };
}

describe('standard output holds data alone, standard error the rest', () => {
  test('of every command, with and without --json', async () => {
    const { cwd, run, url } = await endedRun();
    const question = ['in.csv', '--model', MODEL, '--prompt', '{text}'];
    const commands: readonly (readonly [string[], string])[] = [
      [['run', ...question, '--endpoint-url', url], 'batchrock.run/1'],
      [['plan', ...question], 'batchrock.plan/1'],
      [['validate', ...question], 'batchrock.validate/1'],
      // a translation, line for line; convert.test.ts
      [['convert', 'none.jsonl', '--to', 'openai', '--model', MODEL], 'batchrock.error/1'],
      [['simulate', '--records', '1000'], 'batchrock.simulate/1'],
      [['status'], 'batchrock.status/1'],
      [['list'], 'batchrock.list/1'],
      [['watch', run], 'batchrock.status/1'],
      [['errors', run], 'batchrock.errors/1'],
      [['explain', '3'], 'batchrock.explain/1'],
      [['cost'], 'batchrock.cost/1'],
      [['results', '-o', 'again.jsonl'], 'batchrock.results/1'],
      [['resume', run], 'batchrock.run/1'],
      // nothing is left to do for these; act.test.ts and adopt.test.ts show them at work
      [['adopt', `s3://batchrock-local/runs/${run}`, '--endpoint-url', url], 'batchrock.error/1'],
      [['retry', run], 'batchrock.error/1'],
      [['stop', run, '--mode', 'drain'], 'batchrock.error/1'],
      [['pause', run], 'batchrock.error/1'],
      // without a Region; testkit/setup shows it at IAM and S3
      [['setup', '--model', MODEL], 'batchrock.error/1'],
      // testkit/setup shows it at an account
      [['doctor'], 'batchrock.doctor/1'],
      [['config', 'show'], 'batchrock.config/1'],
      [['cache', 'ls'], 'batchrock.cache/1'],
      [['gc', '--dry-run'], 'batchrock.gc/1'],
      // deploy.test.ts, and at CloudFormation itself testkit/deploy
      [['deploy', 'orchestrator', '--diff', '--destroy'], 'batchrock.error/1'],
      [['template', 'orchestrator', '--files', '3'], 'batchrock.error/1'],
      // the stack is not named; testkit/account shows them at work
      [['queue', 'list'], 'batchrock.error/1'],
      [['models'], 'batchrock.models/1'],
      [['completion', 'bash'], 'batchrock.completion/1'],
      [['init', 'demo'], 'batchrock.init/1'],
      [['help', 'exit-codes'], 'batchrock.exit-codes/1'],
    ];
    // local is shown below, with the signals
    const shown = commands.map(([argv]) => argv[0]);
    expect((await commandNames(cwd)).filter((name) => !shown.includes(name))).toEqual(['local']);
    for (const [argv, schema] of commands) {
      const ran = await cli([...argv, '--json'], { cwd });
      const documents = ran.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect([argv[0], documents.at(-1).schema]).toEqual([argv[0], schema]);
      for (const [name, value] of Object.entries(documents.at(-1))) if (/(At|^at)$/.test(name)) expect(value).toMatch(ISO_TIME);
      expect(ran.stderr + ran.stdout).not.toMatch(/[\r\u001b]/);
    }
  });

  test('errors are a document on standard output with --json, and the exit code is the same', async () => {
    const cwd = folderWith();
    for (const argv of [
      ['run', 'no.csv', '--model', MODEL, '--prompt', 'x'],
      ['status'],
      ['run', '--nonsense'],
      ['explain', 'x'],
    ]) {
      const plain = await cli(argv, { cwd });
      const json = await cli([...argv, '--json'], { cwd });
      expect(plain.stdout).toBe('');
      expect(json.code).toBe(plain.code);
      const document = JSON.parse(json.stdout);
      expect(document).toMatchObject({
        schema: 'batchrock.error/1',
        error: {
          code: expect.stringMatching(/^BR-E\d{4}$/),
          message: expect.any(String),
          hint: expect.any(String),
          retryable: false,
        },
      });
      expect(document.error.docs).toBe(`docs/errors.md#${document.error.code.toLowerCase()}`);
      expect(plain.stderr).toContain(`${document.error.code} ${document.error.message}`);
    }
  });

  test('results are rows and nothing else, in the format asked for, those outcomes alone', async () => {
    const { cwd, run } = await endedRun();
    const all = await cli(['results', run], { cwd });
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(251);
    expect(all.stdout).toBe(readFileSync(join(cwd, 'in.results.jsonl'), 'utf8'));
    const bad = await cli(['results', run, '--only', 'rejected,failed', '--format', 'csv'], { cwd });
    expect(bad.stdout.trimEnd().split('\n')).toHaveLength(2);
    const wrong = await cli(['results', run, '--only', 'broken'], { cwd });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    const exists = await cli(['results', run, '-o', 'in.csv', '--format', 'csv'], { cwd });
    expect(exists.stderr).toContain('BR-E0111');
  });

  test('every command says plainly that answers are synthetic, and whose they are', async () => {
    const { cwd, run, url } = await endedRun();
    for (const argv of [['status'], ['watch', run], ['resume', run]]) {
      const said = await cli(argv, { cwd });
      expect(said.stderr + said.stdout).toContain(url);
      // it is a server at an endpoint: whether it is the embedded one nobody can say
      expect(said.stderr + said.stdout).not.toContain('local Bedrock');
    }
    expect((await cli(['list'], { cwd })).stdout).toContain(`${url} (synthetic)`);
    for (const argv of [['status'], ['list'], ['watch', run], ['errors'], ['explain', '1'], ['results'], ['resume', run]]) {
      expect((await cli(argv, { cwd })).stderr).toMatch(/synthetic/);
    }
  });
});

describe('a terminal', () => {
  test('gets a live line that is taken away, and colours; a pipe gets neither', async () => {
    const server = await localServer({ queueMs: 2_000_000 });
    const cwd = folderWith({ 'in.csv': DATASET });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--new', '--force', '--endpoint-url', server.url];
    const shown = await cli(argv, { cwd, columns: 100 });
    expect(shown.code).toBe(0);
    const frames = shown.stderr.split('\r\u001b[K').filter((frame) => /^r-\w+ .*%/.test(frame));
    expect(frames.length).toBeGreaterThan(2);
    for (const frame of frames) expect(frame.replace(/\n.*/s, '').length).toBeLessThan(100);
    expect(shown.stderr).not.toMatch(/NaN|undefined|Infinity/);
    // the line is cleared before the last words
    expect(shown.stderr.trimEnd().split('\n').at(-1)).not.toContain('\u001b[K');
    for (const [name, value] of [
      ['TERM', 'dumb'],
      ['CI', 'true'],
    ] as const) {
      const env = { [name]: value };
      const plain = await cli(argv, { cwd, columns: 100, env });
      expect(plain.stderr).not.toMatch(/[\r\u001b]/);
      expect(plain.stderr).toMatch(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ r-\w+ 0 % of 250 rows: ok 0, err 0, jobs 2\/100, 0 of 2 done/m,
      );
      // what single jobs do is summed up in the counts; -v tells it
      expect(plain.stderr).not.toContain('part 0');
      const verbose = await cli([...argv, '-v'], { cwd, columns: 100, env });
      expect(verbose.stderr).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ r-\w+ part 0: job \w+ created$/m);
    }
    const quiet = await cli([...argv, '-q'], { cwd, columns: 100 });
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  test.each([
    [{}, [], true],
    [{ NO_COLOR: '1' }, [], false],
    [{ NO_COLOR: '1' }, ['--color'], true],
    [{}, ['--no-color'], false],
    [{ TERM: 'dumb' }, [], false],
    [{ CI: '1' }, [], false],
    [{ CI: '1', FORCE_COLOR: '1' }, [], true],
    [{ FORCE_COLOR: '0' }, [], false],
  ])('colours with %j and %j: %s', async (env, flags, colored) => {
    const ran = await cli(['status', ...flags], { cwd: folderWith(), columns: 80, env: env as Record<string, string> });
    expect(ran.stderr.includes('\u001b[31m')).toBe(colored);
  });
});

/** The commands that `help` takes, as its own refusal names them. */
async function commandNames(cwd: string): Promise<readonly string[]> {
  const { stderr } = await cli(['help', 'no-such-topic'], { cwd });
  const topics = /topics: (.*)/.exec(stderr)?.[1]?.split(', ') ?? [];
  return topics.filter((topic) => topic !== 'exit-codes');
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map(displayWidth));
}

describe('help', () => {
  test('of every command has examples first and at most 80 columns', async () => {
    const cwd = folderWith();
    const commands = await commandNames(cwd);
    // each command of this version, so that a new one cannot be left out
    expect(commands).toEqual(expect.arrayContaining(['run', 'plan', 'local', 'help', 'results', 'resume']));
    const named = commands.filter((name) => name !== 'help');
    const parts = ['put', 'list', 'show', 'pause', 'resume', 'cancel', 'retry'].map((name) => ['queue', name]);
    const all = [...named.map((name) => [name]), ...parts];
    for (const argv of [['--help'], ...all.map((path) => [...path, '--help']), ...all.map((path) => ['help', ...path])]) {
      const { code, stdout, stderr } = await cli(argv, { cwd });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Examples:\n {2}\$ batchrock /);
      // of the command that was asked about, and no other
      const about = argv.filter((each) => each !== '--help' && each !== 'help');
      if (about.length > 0) expect(stdout).toContain(`Usage: batchrock ${about.join(' ')} `);
      expect(widest(stdout), stdout).toBeLessThanOrEqual(80);
      expect(stdout).not.toMatch(/secret|access.key|token=/i);
    }
    for (const argv of [
      ['help', '--help'],
      ['help', 'exit-codes'],
    ]) {
      const { code, stdout } = await cli(argv, { cwd });
      expect([code, widest(stdout) <= 80]).toEqual([0, true]);
    }
  });

  test('of options that were left out comes with an example', async () => {
    const cwd = folderWith({ 'in.csv': DATASET });
    const example = 'batchrock run reviews.csv --model anthropic.claude-3-haiku-20240307-v1:0 --prompt';
    expect((await cli(['run'], { cwd })).stderr).toContain(`such as: ${example}`);
    const noDataset = await cli(['run', '--model', MODEL, '--prompt', '{text}'], { cwd });
    expect(noDataset).toMatchObject({ code: 2, stdout: '' });
    expect(noDataset.stderr).toMatch(/BR-E0112 no dataset is given\n {2}→ .*: batchrock run reviews.csv --model MODEL --prompt/);
    expect((await cli(['explain'], { cwd })).stderr).toContain('such as: batchrock explain 42');
    expect((await cli(['queue', 'show'], { cwd })).stderr).toContain('such as: batchrock queue show reviews.jsonl');
    const which = await cli(['queue'], { cwd });
    expect(which).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('BR-E0112 what of queue is meant') });
    expect((await cli(['queue', 'lst'], { cwd })).stderr).toContain('did you mean list?');
  });

  test('without a command is the help, and a wrong topic names the right ones', async () => {
    const cwd = folderWith();
    expect((await cli([], { cwd })).stdout).toContain('Usage: batchrock');
    const wrong = await cli(['help', 'exit-code'], { cwd });
    expect(wrong.stderr).toContain('did you mean exit-codes?');
    const codes = await cli(['help', 'exit-codes'], { cwd });
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 130, 143]) expect(codes.stdout).toMatch(new RegExp(`^ +${code} {2}\\S`, 'm'));
  });
});

describe('two processes', () => {
  test('on the same run: the second is told so, exit code 2, and the run goes on', async () => {
    const server = await localServer({ queueMs: 5_000_000 });
    const cwd = folderWith({ 'in.csv': DATASET });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
    const first = spawnCli([...argv, '-v'], { cwd });
    await first.said(/created/);
    const second = await cli(argv, { cwd });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/BR-E0202 another process works on run r-\w+\n {2}→ batchrock watch r-\w+ shows it/);
    const watched = await cli(['watch', '--timeout', '30s'], { cwd });
    expect(watched.code).toBe(0);
    expect((await first.ended).code).toBe(0);
    expect(await jobsOf(server)).toHaveLength(PARTS);
  });

  test('a run that nobody drives is told by watch, which ends with 7 at its timeout', async () => {
    const server = await localServer({ queueMs: 30_000_000 });
    const cwd = folderWith({ 'in.csv': DATASET });
    const first = spawnCli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url, '-v'], {
      cwd,
    });
    await first.said(/created/);
    first.process.kill('SIGKILL');
    await first.ended;
    const watched = await cli(['watch', '--timeout', '300ms'], { cwd });
    expect(watched.code).toBe(7);
    expect(watched.stderr).toMatch(/no process works on run r-\w+: batchrock resume r-\w+ goes on with it/);
    expect((await cli(['status', '--exit-status'], { cwd })).code).toBe(7);
    // a lock does not outlive its process
    const run = JSON.parse((await cli(['status', '--json'], { cwd })).stdout).run;
    const lock = holdLock(join(cwd, 'state', 'locks', `${run}.lock`));
    expect(lock).toBeDefined();
    lock?.release();
  });
});

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s during run: says how to go on, and ends with %i; the same command goes on', async (signal, code) => {
    const server = await localServer({ queueMs: 3_000_000 });
    const cwd = folderWith({ 'in.csv': DATASET });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
    const first = spawnCli([...argv, '-v'], { cwd });
    await first.said(/created/);
    first.process.kill(signal);
    const ended = await first.ended;
    expect(ended.code).toBe(code);
    // what is in flight, what it costs, how to go on
    expect(ended.stderr).toMatch(/^[12] jobs? in flight, which cost nothing: answers of http\S+ are synthetic$/m);
    expect(ended.stderr).toMatch(/nothing is lost; batchrock resume r-\w+ goes on, and so does the same command/);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
    expect((await cli(argv, { cwd })).code).toBe(0);
    expect(await jobsOf(server)).toHaveLength(PARTS);
  });

  test('a signal with --json ends in a document too, and the same exit code', async () => {
    const server = await localServer({ queueMs: 5_000_000 });
    const cwd = folderWith({ 'in.csv': DATASET });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--json', '-v', '--endpoint-url', server.url];
    const run = spawnCli(argv, { cwd });
    await run.said(/created/);
    run.process.kill('SIGINT');
    const { code, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'BR-E0801', retryable: true } });
  });

  test('local serves until it is told to end, and says where', async () => {
    const cwd = folderWith();
    const local = spawnCli(['local', '--json', '--port', '0'], { cwd });
    await local.said(/Ctrl-C ends the server/);
    local.process.kill('SIGTERM');
    const { code, stdout } = await local.ended;
    expect(code).toBe(143);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'batchrock.local/1',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
  });

  test('Ctrl-C during watch leaves the run alone', async () => {
    // it stands in the queue for an hour of the wall, until the clock is put on
    const server = await localServer({ speed: 1, queueMs: 3_600_000 });
    const cwd = folderWith({ 'in.csv': DATASET });
    const first = spawnCli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url, '-v'], {
      cwd,
    });
    await first.said(/created/);
    const watch = spawnCli(['watch'], { cwd });
    await watch.said(/answers are synthetic/);
    watch.process.kill('SIGINT');
    const ended = await watch.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(/run continues; batchrock watch r-\w+/);
    await fetch(`${server.url}/_batchrock/clock`, { method: 'POST', body: JSON.stringify({ advanceMs: 2 * 3_600_000 }) });
    expect((await first.ended).code).toBe(0);
  });
});
