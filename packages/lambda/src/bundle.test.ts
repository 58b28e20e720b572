import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET } from '../../local/src/testing/local-service.ts';
import { payloadOf, startAccount } from './testing/account.ts';
import { csvRows, EXECUTION, INPUT, sqsEvent } from './testing/orchestrator.ts';
import { startOrchestratorAccount } from './testing/orchestrator-account.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const HANDLERS = [
  'bedrock-inference-job-event',
  'change-file',
  'collect-part',
  'create-model-invocation-job',
  'export-results',
  'finish-file',
  'follow-run',
  'kick-job',
  'prepare-run',
  'sweep-runs',
  'take-file',
];
/** What the functions need to load. */
const SETTINGS = {
  AWS_REGION: 'us-east-1',
  WAITER_TABLE: 'waiters',
  BUCKET_NAME: 'bucket',
  LEDGER_TABLE: 'ledger',
  BEDROCK_ROLE_ARN: 'arn:aws:iam::123456789012:role/bedrock',
  COLLECT_QUEUE_URL: 'http://127.0.0.1:9/collect',
  INTAKE_QUEUE_URL: 'http://127.0.0.1:9/intake',
  FINISH_QUEUE_URL: 'http://127.0.0.1:9/finish',
};

/** What the script that makes them refuses. */
const MOST_BYTES = 5 << 18;

describe('the bundles', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'bundles-'));
    // A checkout elsewhere: the sources copied to a deeper folder, the dependencies as they are.
    const elsewhere = join(dir, 'a/deeper/checkout');
    await mkdir(join(elsewhere, 'packages'), { recursive: true });
    await cp(join(root, 'packages/lambda'), join(elsewhere, 'packages/lambda'), { recursive: true });
    await symlink(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
    const script = 'packages/lambda/scripts/bundle.mjs';
    await Promise.all([
      run(process.execPath, [join(root, script), join(dir, 'here')], { cwd: root }),
      run(process.execPath, [join(elsewhere, script), join(dir, 'there')], {
        cwd: dir,
        env: { ...process.env, TZ: 'Asia/Tokyo' },
      }),
    ]);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const bytes = (folder: string, handler: string) => readFile(join(dir, folder, handler, 'index.mjs'));

  it('are one file for each handler, of 1.25 MiB at most, and name no place of this machine', async () => {
    expect((await readdir(join(dir, 'here'))).filter((name) => !name.includes('.'))).toEqual([...HANDLERS, 'family'].sort());
    for (const handler of HANDLERS) {
      expect(await readdir(join(dir, 'here', handler))).toEqual(['index.mjs']);
      const code = await bytes('here', handler);
      expect(code.length).toBeLessThan(MOST_BYTES);
      expect(code.includes(root)).toBe(false);
      expect(code.includes(dir)).toBe(false);
    }
  });

  it('have beside them what modules of families import, and what looks at one', async () => {
    expect(await readdir(join(dir, 'here', 'family'))).toEqual(['batchrock.mjs', 'check.mjs']);
    const [imported, there] = await Promise.all(
      ['here', 'there'].map((where) => readFile(join(dir, where, 'family/batchrock.mjs'), 'utf8')),
    );
    expect(there).toBe(imported);
    expect(imported?.length).toBeLessThan(300);
  });

  it('come with the licences of what is in them', async () => {
    const notice = await readFile(join(dir, 'here', 'THIRD-PARTY.txt'), 'utf8');
    expect(notice).toMatch(/^@aws-sdk\/client-bedrock [0-9.]+ \(Apache-2.0\)$/m);
    expect(notice).toContain('Apache License');
    expect(await readFile(join(dir, 'there', 'THIRD-PARTY.txt'), 'utf8')).toBe(notice);
  });

  it('are the same bytes wherever the checkout lies', async () => {
    for (const handler of HANDLERS) expect((await bytes('here', handler)).equals(await bytes('there', handler))).toBe(true);
  });

  it('load with nothing but Node beside them, and export a handler', async () => {
    const loads = HANDLERS.map(async (handler) => {
      const url = JSON.stringify(join(dir, 'here', handler, 'index.mjs'));
      const show = `import(${url}).then((module) => console.log(typeof module.handler))`;
      expect((await run(process.execPath, ['-e', show], { cwd: dir, env: SETTINGS })).stdout).toBe('function\n');
    });
    await Promise.all(loads);
  });

  it('make a job and answer for it, by the credentials in the environment alone, and print no task token', async () => {
    const account = await startAccount();
    const env = {
      WAITER_TABLE: 'waiters',
      LOG_LEVEL: 'DEBUG',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
      AWS_ENDPOINT_URL: account.bedrock.url,
      AWS_ENDPOINT_URL_DYNAMODB: account.dynamo.url,
      AWS_ENDPOINT_URL_SFN: account.stepFunctions.url,
    };
    const call = async (handler: string, event: object) => {
      const url = JSON.stringify(join(dir, 'here', handler, 'index.mjs'));
      const script = `import(${url}).then((module) => module.handler(JSON.parse(process.env.EVENT))).catch((error) => console.log(error))`;
      const { stdout, stderr } = await run(process.execPath, ['-e', script], {
        cwd: dir,
        env: { ...env, EVENT: JSON.stringify(event) },
      });
      return stdout + stderr;
    };
    account.stepFunctions.tasks.set('secret-token', { kind: 'waiting' });
    const printed = [await call('create-model-invocation-job', payloadOf({ token: 'secret-token' }))];
    await account.advance(60);
    account.stepFunctions.faults.push('AccessDeniedException');
    printed.push(await call('bedrock-inference-job-event', account.events.at(-1) ?? {}));
    printed.push(await call('bedrock-inference-job-event', { sweep: true }));
    expect(account.output('secret-token')).toMatchObject({ status: 'Completed' });
    expect(printed.join('')).toContain('AccessDeniedException: (task token)');
    expect(printed.join('')).not.toContain('secret-token');
    const lines =
      printed[2]
        ?.trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>) ?? [];
    expect(lines.some((line) => line['JobsEnded'] === 1)).toBe(true);
    await account.close();
  });

  it('make a whole run of an orchestrator over HTTP, with Parquet at its end, and print neither token nor cell', async () => {
    const account = await startOrchestratorAccount();
    const printed: string[] = [];
    const call = async (handler: string, event: object): Promise<unknown> => {
      const url = JSON.stringify(join(dir, 'here', handler, 'index.mjs'));
      const context = '{ getRemainingTimeInMillis: () => 900_000 }';
      const answer = `module.handler(JSON.parse(process.env.EVENT), ${context})`;
      const script = `import(${url}).then((module) => ${answer}).then((said) => console.log('ANSWER', JSON.stringify(said ?? null)))`;
      const env = { ...account.env, EVENT: JSON.stringify(event) };
      const { stdout, stderr } = await run(process.execPath, ['-e', script], { cwd: dir, env });
      printed.push(stdout, stderr);
      return JSON.parse(/^ANSWER (.*)$/m.exec(stdout)?.[1] ?? '') as unknown;
    };
    await account.bedrock.put('in/rows.csv', csvRows(120));
    const input = { ...INPUT, s3_uri: `s3://${BUCKET}/in/rows.csv`, params: { max_tokens: 20 } };
    const prepared = await call('prepare-run', { execution: EXECUTION, started: '2026-11-21T20:00:00Z', input });
    const { run: id } = prepared as { readonly run: string };
    expect(prepared).toMatchObject({ done: true, parts: 1, rows: 120, rejected: 0 });
    account.stepFunctions.tasks.set('secret-token', { kind: 'waiting' });
    await call('follow-run', { run: id, token: 'secret-token' });
    await account.bedrock.admin('POST', 'clock', { advanceMs: 3_600_000 });
    await call('sweep-runs', { sweep: true });
    expect(await call('kick-job', sqsEvent(account.events))).toEqual({ batchItemFailures: [] });
    expect(account.messages.length).toBeGreaterThan(0);
    for (const body of account.messages) await call('collect-part', sqsEvent([body]));
    expect(account.stepFunctions.tasks.get('secret-token')).toEqual({ kind: 'succeeded', output: JSON.stringify({ run: id }) });
    const exported = await call('export-results', { run: id, from: 0 });
    expect(exported).toMatchObject({ done: true, status: 'Completed', counts: { rows: 120, succeeded: 120 } });
    expect(exported).toMatchObject({ output_paths: [{ output_path: `s3://${BUCKET}/batch_output_parquet/jokes/0000.parquet` }] });
    expect(await account.bedrock.text('batch_output_parquet/jokes/0000.parquet')).toMatch(/^PAR1.*PAR1$/s);
    expect(printed.join('')).not.toMatch(/secret-token|Tell me|thing 7/);
    await account.close();
  });

  it('say which variable is missing', async () => {
    for (const [handler, variable] of [
      ['create-model-invocation-job', 'WAITER_TABLE'],
      ['prepare-run', 'LEDGER_TABLE'],
      ['collect-part', 'COLLECT_QUEUE_URL'],
      ['take-file', 'INTAKE_QUEUE_URL'],
    ] as const) {
      const url = JSON.stringify(join(dir, 'here', handler, 'index.mjs'));
      const env = { ...SETTINGS, [variable]: '' };
      // what Node itself shows of an error begins with its line, which is most of a bundle and more than a pipe takes at once
      const script = `import(${url}).catch((error) => { console.error(String(error)); process.exitCode = 1; })`;
      const failed = run(process.execPath, ['-e', script], { cwd: dir, env });
      await expect(failed).rejects.toThrow(`InputError: the environment variable ${variable} is not set`);
    }
  });
});
