import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { BatchOrchestrator } from '@batchrock/cdk';
import { type App, CfnOutput, Stack, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { startAccount } from '../account.ts';
import { type RunOutput, topics } from './orchestrator.ts';
import { endWithin } from './pass-until.ts';
import { MODEL } from './scenario.ts';
import { synthesise } from './synthesise.ts';

/** Two stages of one state machine, as docs/batch-orchestrator.md has them: the results of the first are the dataset of the second. */
class ChainedStack extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const orchestrator = new BatchOrchestrator(this, 'Orchestrator');
    const stage = (name: string, input: Record<string, string>) =>
      new tasks.StepFunctionsStartExecution(this, name, {
        stateMachine: orchestrator.stateMachine,
        integrationPattern: sfn.IntegrationPattern.RUN_JOB,
        input: sfn.TaskInput.fromObject({ ...input, model_id: MODEL }),
        outputPath: '$.Output',
      });
    const jokes = stage('Jokes', {
      s3_uri: sfn.JsonPath.stringAt('$.s3_uri'),
      job_name_prefix: 'jokes',
      prompt: 'Tell a joke about {topic}',
    });
    const judged = stage('Judged', {
      s3_uri: sfn.JsonPath.stringAt('$.results_uri'),
      job_name_prefix: 'judged',
      prompt: 'Is this funny? {response}',
      // the first has Parquet, the default
      results_format: 'csv',
    });
    const machine = new sfn.StateMachine(this, 'Chained', {
      definitionBody: sfn.DefinitionBody.fromChainable(jokes.next(judged)),
    });
    new CfnOutput(this, 'machineArn', { value: machine.stateMachineArn });
    new CfnOutput(this, 'bucketName', { value: orchestrator.bucket.bucketName });
  }
}

test('two stages of one state machine: what the first has answered is the dataset of the second, and nothing else is sent', async () => {
  const account = await startAccount({ bedrock: { faults: { recordFail: { 'jokes-*': 0.1 }, recordCodes: [400] } } });
  try {
    const assembly = synthesise((app) => new ChainedStack(app, 'Chain'));
    const { outputs } = await account.deploy(assembly, 'Chain');
    const { machineArn = '', bucketName: Bucket = '' } = outputs;
    const { s3 } = account.clients;
    await s3.send(new PutObjectCommand({ Bucket, Key: 'inputs/topics.csv', Body: topics(120) }));
    const input = { s3_uri: `s3://${Bucket}/inputs/topics.csv` };
    const { status, output, error, cause } = await endWithin(account, await account.executions.start(machineArn, input));
    expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
    const answer = output as RunOutput;
    const rejected = answer.counts['rejected'] ?? 0;
    expect(rejected).toBeGreaterThan(0);
    expect(answer).toMatchObject({ status: 'PartiallyCompleted', counts: { rows: 120, succeeded: 120 - rejected, failed: 0 } });
    const Key = answer.output_paths?.[0]?.output_path.slice(`s3://${Bucket}/`.length);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const [header = '', first, ...others] = ((await Body?.transformToString()) ?? '').split('\n');
    // the columns of the dataset, the answer of the first stage, and that of the second
    expect(header).toMatch(/^id,topic,response,.*batchrock_response/);
    expect(first).toMatch(/^000,"topic, 0",/);
    const unanswered = [first ?? '', ...others].filter((line) => line.includes(',rejected,unanswered,'));
    expect(unanswered).toHaveLength(rejected);
    for (const line of unanswered)
      expect(line).toMatch(/^\d+,"topic, \d+",,failed,400,.*no ""response"": the run before has ended it as failed/);
    expect((await account.bedrock.jobs()).map(({ jobName }) => jobName.split('-')[0]).sort()).toEqual(['jokes', 'judged']);
    expect(account.refusals()).toEqual([]);
  } finally {
    await account.close();
  }
});
