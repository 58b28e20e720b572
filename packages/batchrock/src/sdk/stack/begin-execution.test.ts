import type { Executions, ExecutionView } from '@batchrock/aws/stack';
import { memoryPorts, plainDocument, putMemoryRun } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { beginExecution } from './begin-execution.ts';
import type { StackSession } from './stack-session.ts';

const MACHINE = 'arn:aws:states:us-east-1:111122223333:stateMachine:M';

/** Step Functions as far as names go: a name is taken until its execution is forgotten. */
async function world() {
  const ports = memoryPorts();
  await putMemoryRun(ports, { parts: [4] });
  const views = new Map<string, ExecutionView>();
  const started: string[] = [];
  const executions: Executions = {
    async start(_, { name }) {
      const executionArn = `${MACHINE.replace('stateMachine', 'execution')}:${name}`;
      if (views.has(executionArn)) return { kind: 'taken' };
      views.set(executionArn, { executionArn, status: 'RUNNING' });
      started.push(name);
      return { kind: 'started', executionArn };
    },
    look: async (arn) => views.get(arn),
    stop: async () => undefined,
    destroy: () => undefined,
  };
  const stack = { executions, connection: { ports }, stack: { machineArn: MACHINE } } as unknown as StackSession;
  const asked: (string | undefined)[] = [];
  const begin = (isPinned = true) =>
    beginExecution(stack, {
      hash: 'abc',
      jobPrefix: 'jokes',
      input: {},
      isPinned,
      beforeStart: async (run) => void asked.push(run),
    });
  const end = (arn: string, view: Partial<ExecutionView>) => views.set(arn, { executionArn: arn, status: 'SUCCEEDED', ...view });
  return { begin, end, started, asked, run: plainDocument().run };
}

test('what runs already is found, and nothing is uploaded or asked again', async () => {
  const { begin, started, asked } = await world();
  const first = await begin();
  expect(first).toMatchObject({ isNew: true, name: 'jokes-abc' });
  expect(await begin()).toMatchObject({ isNew: false, executionArn: first.executionArn });
  expect([started, asked]).toEqual([['jokes-abc'], [undefined]]);
});

test('one that has failed is followed by the next of its name', async () => {
  const { begin, end, started } = await world();
  end((await begin()).executionArn, { status: 'FAILED', error: 'BR-E0501' });
  expect(await begin()).toMatchObject({ isNew: true, name: 'jokes-abc-2' });
  expect(started).toHaveLength(2);
});

test('one that succeeded is the answer where the dataset is known to be the same, and not where it may have changed', async () => {
  const { begin, end, run, asked } = await world();
  end((await begin()).executionArn, { output: JSON.stringify({ run }) });
  expect(await begin()).toMatchObject({ isNew: false, run });
  expect(await begin(false)).toMatchObject({ isNew: true, name: 'jokes-abc-2' });
  expect(asked).toEqual([undefined, run]);
});

test('one that succeeded with a run that the ledger no longer has is no answer', async () => {
  const { begin, end } = await world();
  end((await begin()).executionArn, { output: '{"run":"r-zzzzzzzzzz"}' });
  expect(await begin()).toMatchObject({ isNew: true });
});
