import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { bedrock_batch_stepfn as batch } from '@batchrock/cdk';
import { type App, Duration, Stack, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Account, startAccount } from '../index.ts';
import { MODEL } from './batch-stack.ts';
import { endOf } from './end-of.ts';
import { putRecords } from './records.ts';
import { synthesise } from './synthesise.ts';

/**
 * A state machine of a user in which three fragments stand one after the other, each in one of the ways that any fragment may:
 * its result kept beside the input, under a prefix with its result thrown away, and as a single state that is retried.
 */
class EmbeddingStack extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const bucket = new s3.Bucket(this, 'Bucket');
    const fragment = (name: string, resultPath?: string): batch.BedrockBatchSfn =>
      new batch.BedrockBatchSfn(this, name, {
        bedrockBatchInputBucket: bucket,
        bedrockBatchOutputBucket: bucket,
        inputPath: `$.${name}`,
        resultPath,
        // every five minutes would be a dozen calls in an hour that show nothing here
        sweepInterval: Duration.hours(1),
      });
    const kept = fragment('kept', '$.kept.answers');
    (kept.endStates[0] as sfn.TaskStateBase).addCatch(new sfn.Pass(this, 'Caught'), { resultPath: '$.problem' });
    const discarded = fragment('discarded', sfn.JsonPath.DISCARD).prefixStates('mine ');
    const single = fragment('single').toSingleState({ prefixStates: 'one ', resultPath: '$.single.answers' });
    // an interval that leaves a test the time to mend what failed
    single.addRetry({ errors: ['Failed'], interval: Duration.minutes(10), maxAttempts: 1 });
    const chain = sfn.Chain.start(kept).next(discarded).next(single).next(new sfn.Pass(this, 'After'));
    new sfn.StateMachine(this, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(chain) });
  }
}

let account: Account;
let machine: string;
beforeAll(async () => {
  account = await startAccount();
  const stack = await account.deploy(
    synthesise((app) => new EmbeddingStack(app, 'Embedding')),
    'Embedding',
  );
  machine = stack.find('AWS::StepFunctions::StateMachine')[0] ?? '';
  await putRecords(account.clients.s3, stack.find('AWS::S3::Bucket')[0] ?? '', 'a.jsonl');
});
afterEach(() => account.bedrock.clearFaults());
afterAll(() => account?.close());

const input = (suffix: string) => {
  const of = (name: string) => ({ job_name: `${name}${suffix}`, manifest_keys: ['a.jsonl'], model_id: MODEL });
  return { kept: of('kept'), discarded: of('discarded'), single: of('single'), note: 'mine' };
};
const answered = { status: 'Completed', manifest_key: 'a.jsonl', record_counts: { total: 100, succeeded: 100 } };
const jobsOf = async (name: string) => (await account.bedrock.jobs()).filter(({ jobName }) => jobName.startsWith(name));

/** The names of the states that an execution came through, in order. */
async function statesOf(executionArn: string): Promise<readonly string[]> {
  const { events = [] } = await account.clients.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
}

test('results lie where resultPath says, and the states bear the prefixes that they were given', async () => {
  const given = input('-well');
  const execution = await account.executions.start(machine, given);
  expect(await endOf(account, execution)).toMatchObject({
    status: 'SUCCEEDED',
    output: {
      kept: { ...given.kept, answers: [answered] },
      // thrown away: the state hands its input on
      discarded: given.discarded,
      // a single state is a Parallel of one branch
      single: { ...given.single, answers: [[answered]] },
      note: 'mine',
    },
  });
  expect(await statesOf(execution)).toEqual([
    'BatchEvaluateMap',
    'CreateModelInvocationJobTask',
    'mine BatchEvaluateMap',
    'mine CreateModelInvocationJobTask',
    'single',
    'one BatchEvaluateMap',
    'one CreateModelInvocationJobTask',
    'After',
  ]);
  for (const name of ['kept-well', 'discarded-well', 'single-well']) expect(await jobsOf(name)).toHaveLength(1);
});

test('a caught error lies where the catch says, beside the input', async () => {
  await account.bedrock.setFaults({ jobFail: { 'kept-badly*': 1 }, jobFailMessage: 'no capacity left' });
  const given = input('-badly');
  const execution = await account.executions.start(machine, given);
  const cause = expect.stringContaining('no capacity left') as string;
  expect(await endOf(account, execution)).toEqual({
    status: 'SUCCEEDED',
    output: { ...given, problem: { status: 'Failed', error: 'Failed', cause, Error: 'Failed', Cause: cause } },
  });
  expect((await statesOf(execution)).at(-1)).toBe('Caught');
});

test('a single state that is retried runs new jobs, and no other fragment again', async () => {
  await account.bedrock.setFaults({ jobFail: { 'single-again*': 1 }, jobFailMessage: 'no capacity left' });
  const execution = await account.executions.start(machine, input('-again'));
  const failed = async () => (await jobsOf('single-again')).some(({ status }) => status === 'Failed');
  for (let minutes = 0; minutes < 120 && !(await failed()); minutes += 1) await account.clock.advance(60_000);
  await account.clock.idle();
  await account.bedrock.clearFaults();
  expect(await endOf(account, execution)).toMatchObject({ status: 'SUCCEEDED', output: { single: { answers: [[answered]] } } });
  expect((await jobsOf('single-again')).map(({ status }) => status).sort()).toEqual(['Completed', 'Failed']);
  for (const name of ['kept-again', 'discarded-again']) expect(await jobsOf(name)).toHaveLength(1);
});

test('nothing was refused to anybody, and nothing is left over', async () => {
  expect(account.refusals()).toEqual([]);
  expect(await account.alarms.ringing()).toEqual([]);
});
