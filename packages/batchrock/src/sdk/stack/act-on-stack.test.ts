import type { Executions, ExecutionView } from '@batchrock/aws/stack';
import { loadRun, type RunDocument, readOwner, setTail, writeOwner } from '@batchrock/core';
import { MemoryLedger, type MemoryPorts, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { changeHome, findHome, type Home } from '../../orchestrator/index.ts';
import type { Session } from '../opened-session.ts';
import { pauseOnStack, resumeOnStack, stopOnStack } from './act-on-stack.ts';
import { adoptToStack } from './adopt-to-stack.ts';
import { followExecution } from './follow-execution.ts';
import type { StackSession } from './stack-session.ts';

const MACHINE = 'arn:aws:states:us-east-1:111122223333:stateMachine:M';
const FIRST = 'arn:aws:states:us-east-1:111122223333:execution:M:first';

let ports: MemoryPorts;
let document: RunDocument;
let views: Map<string, ExecutionView>;
let started: { readonly name: string; readonly input: unknown }[];
let stopped: string[];
let notices: string[];
let stack: StackSession;
let session: Session;

/** How an execution that is started has come out by the first look at it. */
const ended = (executionArn: string, o: Partial<ExecutionView> = {}): void => {
  views.set(executionArn, { executionArn, status: 'SUCCEEDED', output: JSON.stringify({ run: document.run }), ...o });
};

function worldOver(world: MemoryPorts): void {
  const executions: Executions = {
    async start(_, { name, input }) {
      const executionArn = `${MACHINE.replace('stateMachine', 'execution')}:${name}`;
      if (views.has(executionArn)) return { kind: 'taken' };
      started.push({ name, input: JSON.parse(input) });
      ended(executionArn);
      return { kind: 'started', executionArn };
    },
    look: async (arn) => views.get(arn),
    stop: async (arn) => void stopped.push(arn),
    destroy: () => undefined,
  };
  const target = { kind: 'aws', region: 'us-east-1', bucket: 'memory-bucket', prefix: '', roleArn: '' } as const;
  const home = { document, target, dataset: { name: 'data/rows.csv', format: 'csv' }, exports: [], maxErrorRate: 0 } as const;
  const connection = { ports: world } as never;
  const found = { name: 'Runs', region: 'us-east-1', bucket: 'memory-bucket', table: 'ledger', machineArn: MACHINE };
  stack = { name: 'Runs', stack: found, executions, target, connection, findRun: async (run: string) => run } as never;
  session = {
    ledger: world.ledger,
    ledgerName: 'stack Runs',
    stack,
    cwd: '/',
    notice: (text: string) => void notices.push(text),
    connect: async () => connection,
    findHome: async () => home,
    isAttended: async () => true,
  } as never;
}

beforeEach(async () => {
  ports = memoryPorts();
  document = await putMemoryRun(ports, { parts: [4, 4], slots: 2 });
  [views, started, stopped, notices] = [new Map(), [], [], []];
  worldOver(ports);
});

const homeOf = (more: Partial<Home> = {}): Promise<unknown> => {
  const { run } = document;
  const place = { bucket: 'memory-bucket', jobNamePrefix: 'jokes', resultsFormat: 'csv' as const };
  return changeHome(ports, run, () => ({
    run,
    ...place,
    execution: FIRST,
    started: 'now',
    askedAt: 0,
    waiting: ['token'],
    isOpen: true,
    ...more,
  }));
};

describe('stopping a run of a stack', () => {
  test('is said in the ledger, and the sweep of the account is to see to it', async () => {
    await homeOf({ isOpen: false, waiting: [] });
    expect(await stopOnStack(session, stack, document.run, { mode: 'drain' })).toMatchObject({ state: 'stopped' });
    expect((await loadRun(ports.ledger, document.run)).body).toMatchObject({ stopMode: 'drain' });
    expect(await findHome(ports, document.run)).toMatchObject({ isOpen: true });
  });

  test('that is still being prepared stops its execution', async () => {
    await homeOf();
    const { body, version } = await loadRun(ports.ledger, document.run);
    const put = { key: `RUN#${document.run}`, schema: 'run/1', body: { ...body, state: 'preparing' }, indexes: [] };
    await ports.ledger.commit([{ put, expect: version }]);
    await stopOnStack(session, stack, document.run, { mode: 'stop' });
    expect(stopped).toEqual([FIRST]);
    expect(notices.join()).toMatch(/nothing of it was sent/);
  });

  test('is refused for one that a laptop has taken over, and nothing of it is stopped', async () => {
    const { body, version } = await loadRun(ports.ledger, document.run);
    const put = { key: `RUN#${document.run}`, schema: 'run/1', body: { ...body, owner: 'stack' }, indexes: [] };
    await ports.ledger.commit([{ put, expect: version }]);
    await writeOwner(ports, document.run, { id: 'laptop', name: 'ledger.db on a laptop' });
    const refused = { code: 'BR-E0213', message: `run ${document.run} was taken over by ledger.db on a laptop` };
    await expect(stopOnStack(session, stack, document.run, { mode: 'stop' })).rejects.toMatchObject(refused);
    expect((await loadRun(ports.ledger, document.run)).body.state).toBe('running');
  });
});

describe('going on with a run of a stack', () => {
  test('starts an execution that names it, under another name where one of its name has ended', async () => {
    await homeOf({ waiting: [], isOpen: false });
    expect(await resumeOnStack(session, stack, document.run, {})).toMatchObject({ status: { run: document.run } });
    expect(started).toEqual([{ name: expect.stringMatching(`^${document.run}-\\d+$`), input: { run: document.run } }]);
    await resumeOnStack(session, stack, document.run, {});
    expect(new Set(started.map(({ name }) => name)).size).toBe(2);
  });

  test('follows the execution that waits for it already', async () => {
    await homeOf();
    ended(FIRST);
    await resumeOnStack(session, stack, document.run, {});
    expect(started).toEqual([]);
  });

  test('begins an execution for one that is paused, which wakes it: the one that waits would wait on', async () => {
    await homeOf();
    ended(FIRST);
    expect(await pauseOnStack(session, document.run, {})).toMatchObject({ paused: true, state: 'running' });
    await resumeOnStack(session, stack, document.run, {});
    expect(started.map(({ input }) => input)).toEqual([{ run: document.run }]);
  });

  test('names a folder for one that has none yet', async () => {
    await resumeOnStack(session, stack, document.run, {});
    expect(started[0]?.input).toEqual({ run: document.run, job_name_prefix: `rows-${document.run}` });
  });
});

describe('an execution that has failed', () => {
  test('before it had a run is told by the error that it was in the function', async () => {
    const cause = JSON.stringify({ errorType: 'BR-E0106', errorMessage: 'no column topic; there are id, text' });
    views.set(FIRST, { executionArn: FIRST, status: 'FAILED', error: 'BR-E0106', cause });
    const told = { code: 'BR-E0106', kind: 'input', message: 'no column topic; there are id, text' };
    await expect(followExecution(session, stack, FIRST, {})).rejects.toMatchObject(told);
  });

  test('with its run is told with how to go on; one that was stopped or aborted is how the run stands', async () => {
    const { run } = document;
    const failed = { executionArn: FIRST, status: 'FAILED', error: 'BR-E0501', cause: 'denied' };
    views.set(FIRST, failed);
    await expect(followExecution(session, stack, FIRST, { run })).rejects.toMatchObject({
      code: 'BR-E0501',
      reason: 'denied',
      hint: expect.stringContaining(`batchrock resume ${run} --stack Runs`),
    });
    views.set(FIRST, { ...failed, error: 'States.Timeout' });
    await expect(followExecution(session, stack, FIRST, { run })).rejects.toMatchObject({ code: 'BR-E0503' });
    views.set(FIRST, { ...failed, error: 'Stopped' });
    expect(await followExecution(session, stack, FIRST, { run })).toMatchObject({ run, stack: 'Runs' });
    views.set(FIRST, { executionArn: FIRST, status: 'ABORTED' });
    expect(await followExecution(session, stack, FIRST, { run })).toMatchObject({ run });
    expect(notices.join()).toMatch(/was aborted/);
  });
});

describe('adopting to a stack', () => {
  test('writes the stack down as owner and starts the execution that goes on', async () => {
    const account = { ...ports, ledger: new MemoryLedger() };
    worldOver(account);
    Object.assign(stack.stack, { bucket: 'memory-bucket' });
    const place = `s3://memory-bucket/runs/${document.run}`;
    expect(await adoptToStack(session, stack, place, { jobPrefix: 'moved' })).toMatchObject({ status: { run: document.run } });
    expect((await readOwner(ports, document.run))?.name).toBe('the table ledger in us-east-1');
    expect(started[0]?.input).toEqual({ run: document.run, job_name_prefix: 'moved' });
  });

  test.each([
    [
      'another bucket',
      {},
      's3://another/runs/',
      /in the bucket another; stack Runs drives runs of s3:\/\/memory-bucket\/runs\/ alone/,
    ],
    ['another folder', {}, 's3://memory-bucket/team/runs/', /lies below team\//],
    [
      'another role',
      { roleArn: 'arn:aws:iam::1:role/its' },
      's3://memory-bucket/runs/',
      /may use arn:aws:iam::1:role\/its alone/,
    ],
    ['another Region', { region: 'eu-west-1' }, 's3://memory-bucket/runs/', /are in us-east-1, stack Runs is in eu-west-1/],
  ])('is refused for a run of %s, before anything is written', async (_, more, where, message) => {
    worldOver({ ...ports, ledger: new MemoryLedger() });
    Object.assign(stack.stack, more);
    await expect(adoptToStack(session, stack, `${where}${document.run}`, {})).rejects.toMatchObject({
      code: 'BR-E0120',
      message: expect.stringMatching(message),
    });
    expect(await readOwner(ports, document.run)).toBeUndefined();
    expect(started).toEqual([]);
  });

  test.each(['its first command', 'a later one'])('is refused for a run whose tail goes on demand by %s', async (by) => {
    const isFirst = by === 'its first command';
    const home = memoryPorts();
    document = await putMemoryRun(home, { parts: [4, 4], ...(isFirst && { tail: {} }) });
    if (!isFirst) await setTail(home, document.run, { concurrency: 2 });
    worldOver({ ...home, ledger: new MemoryLedger() });
    await expect(adoptToStack(session, stack, `s3://memory-bucket/runs/${document.run}`, {})).rejects.toMatchObject({
      code: 'BR-E0120',
      message: `run ${document.run} has an on-demand tail, which the functions of stack Runs know nothing of`,
      hint: 'adopt it on a machine: leave out --stack',
    });
    expect(await readOwner(home, document.run)).toBeUndefined();
    expect(started).toEqual([]);
  });
});
