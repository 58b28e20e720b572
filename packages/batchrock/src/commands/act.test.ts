import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';
import { openSession, retryFailed, type Session } from '../sdk/index.ts';

const ROWS = 250;
const DATASET = `id,text\n${Array.from({ length: ROWS }, (_, i) => `${i},row ${i}`).join('\n')}\n`;

function resultsIn(folder: string): readonly { readonly status: string; readonly error_code: string | null }[] {
  return readFileSync(join(folder, 'in.results.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('retry', () => {
  test('sends failed rows again, those with the codes alone, and no row that succeeded', async () => {
    const server = await localServer({ queueMs: 1_500_000, faults: { recordFail: 0.2, recordCodes: [400, 429], seed: 5 } });
    const cwd = folderWith({ 'in.csv': DATASET });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--max-attempts', '1', '--endpoint-url', server.url];
    expect((await cli(argv, { cwd })).code).toBe(3);
    const codes = (): Record<string, number> => {
      const found: Record<string, number> = {};
      for (const row of resultsIn(cwd)) if (row.error_code !== null) found[row.error_code] = (found[row.error_code] ?? 0) + 1;
      return found;
    };
    const before = codes();
    expect(Object.keys(before).sort()).toEqual(['400', '429']);
    await fetch(`${server.url}/_batchrock/faults`, { method: 'DELETE' });
    const some = await cli(['retry', '--json'], { cwd });
    expect(some.code).toBe(3);
    expect(JSON.parse(some.stdout)).toMatchObject({ schema: 'batchrock.run/1', failed: before['400'] });
    expect(codes()).toEqual({ '400': before['400'] });
    expect(some.stderr).toMatch(
      new RegExp(
        `^${before['400']} failed rows of run r-\\w+ were refused for good \\(400: ${before['400']}\\): left out; .*--all`,
        'm',
      ),
    );
    // the first line about its counts is of the generation that is sent
    const counts = some.stderr.split('\n').filter((line) => / ok \d+, err /.test(line));
    expect(counts[0]).toContain(`: ok ${ROWS - before['400'] - before['429']}, err ${before['400']}, jobs 1/`);
    const padding = 100 - before['429'];
    expect(some.stderr).toContain(`attempt 2 begins: 1 part, padded with ${padding} records that are dropped again`);
    expect(JSON.parse((await cli(['status', '--json'], { cwd })).stdout).padding).toBe(padding);
    expect((await cli(['status'], { cwd })).stdout).toMatch(new RegExp(`^padding +${padding} records `, 'm'));
    expect(await cli(['retry'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/BR-E0207 \d+ failed rows of run r-\w+ were refused for good.*nothing to send again/),
    });
    expect((await cli(['retry', '--all', '--codes', '400'], { cwd })).stderr).toContain('BR-E0112');
    const rest = await cli(['retry', '--codes', '400'], { cwd });
    expect(rest.code).toBe(0);
    expect(resultsIn(cwd).every((row) => row.status === 'succeeded')).toBe(true);
    expect(await jobsOf(server)).toHaveLength(4);
    const nothing = await cli(['retry'], { cwd });
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('there is nothing to send again') });
  });
});

describe('a command that waits for its turn', () => {
  test('knows the results that the process before it has written as its own', async () => {
    const server = await localServer({ faults: { recordFail: 0.5, recordCodes: [429], seed: 5 } });
    const cwd = folderWith({ 'in.csv': DATASET });
    await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--max-attempts', '1', '--endpoint-url', server.url], {
      cwd,
    });
    const heard: string[] = [];
    const session = await openSession({ cwd, stateDir: join(cwd, 'state'), onNotice: (text) => heard.push(text) });
    try {
      // it has read where the results stand, and another process writes them before it holds the lock
      const overtaken: Session = {
        ...session,
        connect: async (target) => {
          expect((await retryFailed(session, undefined)).status.failed).toBeGreaterThan(0);
          return session.connect(target);
        },
      };
      const { status, output } = await retryFailed(overtaken, undefined);
      expect(heard.join('\n')).not.toContain('left alone');
      expect(output?.path).toBe(join(cwd, 'in.results.jsonl'));
      expect(resultsIn(cwd).filter((row) => row.status === 'succeeded')).toHaveLength(status.succeeded);
    } finally {
      await session.close();
    }
  });
});

describe('pause and resume', () => {
  test('a process waits while its run is paused, collects what is in flight, and goes on when it is resumed', async () => {
    // two parts, one slot: the second waits for the first
    const server = await localServer({ queueMs: 3_000_000 });
    const cwd = folderWith({ 'in.csv': DATASET });
    const question = ['in.csv', '--model', MODEL, '--prompt', '{text}', '--slots', '1', '--records-per-job', '125'];
    // what pause loads is there before the job is: it must not take longer than the job
    await Promise.all([import('./pause.ts'), import('../compose/connection.ts'), cli(['pause'], { cwd })]);
    const first = spawnCli(['run', ...question, '--endpoint-url', server.url, '-v'], { cwd });
    await first.said(/part 0: job \w+ created/);
    const paused = await cli(['pause', '--json'], { cwd });
    expect(JSON.parse(paused.stdout)).toMatchObject({ schema: 'batchrock.status/1', state: 'running', paused: true });
    expect(paused.stderr).toMatch(/^run r-\w+ paused: .*\n {2}1 job in flight: it is not stopped\n {2}batchrock resume r-\w+ /m);
    await first.said(/part 0 (collected|done)|ok 125/);
    expect((await cli(['status'], { cwd })).stdout).toMatch(/^state +paused$/m);
    expect(await jobsOf(server)).toHaveLength(1);
    const resumed = await cli(['resume'], { cwd });
    expect(resumed).toMatchObject({ code: 0, stderr: expect.stringMatching(/run r-\w+ goes on at/) });
    expect((await first.ended).code).toBe(0);
    expect(resultsIn(cwd).every((row) => row.status === 'succeeded')).toBe(true);
    expect(await jobsOf(server)).toHaveLength(2);
    expect(await cli(['pause'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/BR-E0207 run r-\w+ cannot be paused/),
    });
  });
});

describe('stop and resume', () => {
  test.each(['drain', 'stop', 'abandon'])(
    'stop --mode %s ends the run with what it has; resume and the same command go on',
    async (mode) => {
      // two parts, one slot: the second waits for the first
      const server = await localServer({ queueMs: 3_000_000 });
      const cwd = folderWith({ 'in.csv': DATASET });
      const argv = [
        'run',
        'in.csv',
        '--model',
        MODEL,
        '--prompt',
        '{text}',
        '--slots',
        '1',
        '--records-per-job',
        '125',
        '--endpoint-url',
        server.url,
      ];
      const first = spawnCli([...argv, '-v'], { cwd });
      await first.said(/part 0: job \w+ created/);
      const stopped = await cli(['stop', '--mode', mode, '--json'], { cwd });
      expect(stopped.code).toBe(0);
      expect(JSON.parse(stopped.stdout).schema).toBe('batchrock.status/1');
      const driven = await first.ended;
      expect(driven.code).toBe(7);
      expect(driven.stderr).toMatch(/batchrock resume r-\w+ goes on with it/);
      expect(resultsIn(cwd)).toHaveLength(ROWS);
      expect(resultsIn(cwd).some((row) => row.status === 'pending')).toBe(true);
      expect(await jobsOf(server)).toHaveLength(1);
      expect((await cli(['status', '--exit-status'], { cwd })).code).toBe(7);
      expect(await cli(['retry'], { cwd })).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/BR-E0204 run r-\w+ is stopped.*\n.*batchrock resume r-\w+ goes on with it/),
      });
      // there is nothing to choose about any more
      expect((await cli(['stop'], { cwd })).code).toBe(0);

      const again = mode === 'drain' ? argv : ['resume'];
      const ended = await cli(again, { cwd });
      expect(ended.code).toBe(0);
      expect(resultsIn(cwd).every((row) => row.status === 'succeeded')).toBe(true);
      expect(await cli(['stop'], { cwd })).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/BR-E0207 run r-\w+ has ended/),
      });
    },
  );

  test('stop brings a run to rest itself where no process drives it; what the jobs have done is kept', async () => {
    const server = await localServer({ queueMs: 3_000_000 });
    const cwd = folderWith({ 'in.csv': DATASET });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--slots', '1', '--records-per-job', '125'];
    const first = spawnCli([...argv, '--endpoint-url', server.url, '-v'], { cwd });
    await first.said(/part 0: job \w+ created/);
    first.process.kill('SIGKILL');
    await first.ended;
    const stopped = JSON.parse((await cli(['stop', '--mode', 'drain', '--json'], { cwd })).stdout);
    expect(stopped).toMatchObject({ state: 'stopped', succeeded: 125, pending: 125 });
    expect(resultsIn(cwd).filter((row) => row.status === 'succeeded')).toHaveLength(125);
  });

  test('stop without a mode, where nobody can be asked, names the flag; a person is shown what each costs', async () => {
    const server = await localServer({ queueMs: 5_000_000 });
    const cwd = folderWith({ 'in.csv': DATASET });
    const first = spawnCli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url, '-v'], {
      cwd,
    });
    await first.said(/created/);
    const refused = await cli(['stop'], { cwd });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--mode drain') });
    for (const flag of ['--no-input', '--json']) {
      const unasked = await cli(['stop', flag], { cwd, columns: 100, answer: 'stop' });
      expect(unasked).toMatchObject({ code: 2, stderr: expect.not.stringContaining('drain, stop or abandon?') });
    }
    const asked = await cli(['stop'], { cwd, columns: 100, answer: 'stop' });
    expect(asked.code).toBe(0);
    for (const word of ['drain', 'stop', 'abandon']) expect(asked.stderr).toMatch(new RegExp(`^ {2}${word} `, 'm'));
    expect((await first.ended).code).toBe(7);
  });
});

describe('errors and explain', () => {
  test('group reasons and tell the life of a row, of a part and of a job', async () => {
    const server = await localServer({ faults: { recordFail: 0.1, recordCodes: [400], seed: 2 } });
    const cwd = folderWith({ 'in.csv': `${DATASET}ragged\n` });
    await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url], { cwd });
    const { groups } = JSON.parse((await cli(['errors', '--json', '--examples', '2'], { cwd })).stdout);
    const bad = resultsIn(cwd).filter((row) => row.status !== 'succeeded').length;
    expect(groups.reduce((sum: number, group: { rows: number }) => sum + group.rows, 0)).toBe(bad);
    expect(groups.map((group: { code: string }) => group.code).sort()).toEqual(['400', 'ragged_row']);
    expect(groups[0].examples).toHaveLength(2);
    const { row, line, recordId } = groups[0].examples[0];
    expect(line).toBe(row + 1);

    const byRow = JSON.parse((await cli(['explain', String(row), '--json'], { cwd })).stdout);
    expect(byRow).toMatchObject({
      kind: 'row',
      row,
      recordId,
      lives: [{ outcome: { status: 'failed', code: '400' }, in: { attempt: 1 } }],
    });
    const byRecord = JSON.parse((await cli(['explain', recordId, '--json'], { cwd })).stdout);
    expect(byRecord).toEqual(byRow);
    const { jobArn, jobName } = byRow.lives[0].in;
    for (const what of [jobArn, jobArn.split('/').at(-1), jobName, '00000-1']) {
      const { stdout } = await cli(['explain', what], { cwd });
      expect(stdout).toContain(jobArn);
      expect(stdout).toMatch(/input {4}s3:\/\/\S+\n.*output {3}s3:\/\/\S+\n.*outcomes s3:\/\/\S+\n/);
      expect(stdout).toMatch(/cost {5}would be \S*\$\S+ by batch inference/);
    }
    const good = resultsIn(cwd).findIndex((each) => each.status === 'succeeded') + 1;
    expect((await cli(['explain', String(good)], { cwd })).stdout).toMatch(
      /tokens in, \d+ out, stop: end_turn; would be \S*\$\S+ by batch inference/,
    );
    const never = await cli(['explain', String(ROWS + 1)], { cwd });
    expect(never.stdout).toMatch(/never sent\n {4}ragged_row: line 252/);
    for (const what of ['0', '252', 'zz000000000', 'nonsense']) {
      expect(await cli(['explain', what], { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0206') });
    }
  });

  test('rows that differ in what they quote, quotes within it and how much of it, are one group', async () => {
    const server = await localServer();
    const rows = ['1,a,b', '2,a,b,c', '3,"say ""so""","x, y"', '4,a,"z, ""w"""'];
    const cwd = folderWith({ 'in.csv': `id,text\n${rows.join('\n')}\n5,fine\n` });
    await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url], { cwd });
    const { groups } = JSON.parse((await cli(['errors', '--json'], { cwd })).stdout);
    expect(groups.map((group: { code: string; rows: number }) => [group.code, group.rows])).toEqual([
      ['ragged_row', rows.length],
    ]);
  });

  test('a row that was sent again tells every attempt', async () => {
    const server = await localServer({ faults: { recordFail: 0.3, recordCodes: [429], seed: 9 } });
    const cwd = folderWith({ 'in.csv': DATASET });
    await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url], { cwd });
    const attempts = [];
    for (let row = 1; row <= 40; row++) {
      const { lives } = JSON.parse((await cli(['explain', String(row), '--json'], { cwd })).stdout);
      attempts.push(lives.map((life: { in: { attempt: number } }) => life.in.attempt));
    }
    expect(attempts.some((each) => each.length > 1)).toBe(true);
    for (const each of attempts) expect(each).toEqual(Array.from({ length: each.length }, (_, i) => i + 1));
  });
});
