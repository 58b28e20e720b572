import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type App,
  Duration,
  aws_dynamodb as dynamodb,
  aws_events as events,
  aws_iam as iam,
  aws_lambda as lambda,
  Stack,
  aws_s3 as s3,
  aws_stepfunctions as sfn,
  aws_events_targets as targets,
  aws_stepfunctions_tasks as tasks,
} from 'aws-cdk-lib';
import { ORIGINAL_ORCHESTRATOR } from './original-orchestrator-code.ts';
import { temporaryFolder } from './synthesise.ts';

/** By the context that the original comes with. */
const MOST_JOBS = 20;

/**
 * A stack in the shape of the original orchestrator, to count what its calls cost: the states, functions, table and rule of its
 * template, their memory and timeouts, and functions that make the calls of its own.
 */
export class OriginalOrchestratorStack extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const bucket = new s3.Bucket(this, 'Bucket');
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'job_arn', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    });
    const batchRole = new iam.Role(this, 'BatchRole', { assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com') });
    bucket.grantReadWrite(batchRole);
    batchRole.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['bedrock:InvokeModel'], resources: ['*'] }));
    const code = lambda.Code.fromAsset(codeFolder());
    const environment = { BUCKET_NAME: bucket.bucketName, TASK_TABLE: table.tableName, BEDROCK_ROLE_ARN: batchRole.roleArn };
    const make = (name: string, memorySize: number, seconds: number): lambda.Function => {
      const timeout = Duration.seconds(seconds);
      const runtime = lambda.Runtime.NODEJS_24_X;
      const made = new lambda.Function(this, name, { code, runtime, handler: `index.${name}`, memorySize, timeout, environment });
      bucket.grantReadWrite(made);
      table.grantReadWriteData(made);
      made.addToRolePolicy(new iam.PolicyStatement({ actions: ['bedrock:*', 'states:SendTask*'], resources: ['*'] }));
      batchRole.grantPassRole(made.role as iam.IRole);
      return made;
    };
    const [preprocess, start] = [make('preprocess', 10_240, 900), make('start', 128, 300)];
    const [look, postprocess] = [make('look', 128, 15), make('postprocess', 10_240, 300)];
    new events.Rule(this, 'Rule', {
      eventPattern: { source: ['aws.bedrock'], detailType: ['Batch Inference Job State Change'] },
      targets: [new targets.LambdaFunction(look)],
    });
    this.machine(preprocess, start, postprocess);
  }

  private machine(preprocess: lambda.Function, start: lambda.Function, postprocess: lambda.Function): void {
    const prepare = new tasks.LambdaInvoke(this, 'preprocessTask', { lambdaFunction: preprocess, outputPath: '$.Payload' });
    const inference = new tasks.LambdaInvoke(this, 'startBatchInferenceTask', {
      lambdaFunction: start,
      integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      payload: sfn.TaskInput.fromObject({ taskToken: sfn.JsonPath.taskToken, 'taskInput.$': '$' }),
    });
    const join = new tasks.LambdaInvoke(this, 'postprocessTask', { lambdaFunction: postprocess, outputPath: '$.Payload' });
    const each = (name: string, itemsPath: string, resultPath: string, task: sfn.IChainable): sfn.Map =>
      new sfn.Map(this, name, { itemsPath, resultPath, maxConcurrency: MOST_JOBS }).itemProcessor(task);
    const definition = prepare
      .next(each('batchProcessingMap', '$.jobs', '$.completed_jobs', inference))
      .next(each('postprocessMap', '$.completed_jobs', '$.output_paths', join));
    new sfn.StateMachine(this, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(definition) });
  }
}

function codeFolder(): string {
  const folder = temporaryFolder('batchrock-original-');
  writeFileSync(join(folder, 'index.mjs'), ORIGINAL_ORCHESTRATOR);
  return folder;
}
