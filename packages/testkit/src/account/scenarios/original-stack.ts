import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type App,
  Duration,
  aws_events as events,
  aws_iam as iam,
  aws_lambda as lambda,
  Stack,
  aws_s3 as s3,
  aws_stepfunctions as sfn,
  aws_events_targets as targets,
  aws_stepfunctions_tasks as tasks,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * A stack as the original construct synthesises it, in the ids, the definition and what its functions do: the task token goes
 * into the job's tags. Its Map begins after `wait` seconds of the input. `SingleStack` is what it is updated to.
 */
export class OriginalStack extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const bucket = new s3.Bucket(this, 'Bucket');
    const code = lambda.Code.fromAsset(codeFolder());
    const shared = { code, runtime: lambda.Runtime.NODEJS_24_X };
    const handler = new Construct(this, 'BedrockInferenceJobEventHandler330899f022e34160002006bb8b09cc5b');
    const eventFunction = new lambda.Function(handler, 'BedrockEventHandler', {
      ...shared,
      handler: 'index.event',
      timeout: Duration.seconds(60),
    });
    bucket.grantRead(eventFunction);
    new events.Rule(handler, 'BedrockInferenceJobEventHandler', {
      eventPattern: { source: ['aws.bedrock'], detailType: ['Batch Inference Job State Change'] },
      targets: [new targets.LambdaFunction(eventFunction)],
    });
    const fragment = new Construct(this, 'Batch');
    const role = new iam.Role(fragment, 'BedrockBatchRole', { assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com') });
    bucket.grantReadWrite(role);
    const policy = new iam.ManagedPolicy(fragment, 'BedrockBatchPolicy', {
      statements: [
        new iam.PolicyStatement({ actions: ['bedrock:InvokeModel', 'bedrock:CreateModelInvocationJob'], resources: ['*'] }),
      ],
    });
    role.addManagedPolicy(policy);
    const create = new lambda.Function(fragment, 'CreateModelInvocationJobFunction', {
      ...shared,
      handler: 'index.create',
      timeout: Duration.seconds(30),
    });
    create.role?.addManagedPolicy(policy);
    create.addToRolePolicy(new iam.PolicyStatement({ actions: ['bedrock:TagResource'], resources: ['*'] }));
    role.grantPassRole(create.role as iam.IRole);
    this.machine(create, role, bucket);
  }

  private machine(create: lambda.Function, role: iam.Role, bucket: s3.Bucket): void {
    const task = new tasks.LambdaInvoke(this, 'CreateModelInvocationJobTask', {
      lambdaFunction: create,
      integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      heartbeatTimeout: sfn.Timeout.duration(Duration.hours(48)),
      payload: sfn.TaskInput.fromObject({
        'jobName.$': "States.Format('{}{}', $.job_name, $.index)",
        roleArn: role.roleArn,
        'modelId.$': '$.model_id',
        inputDataConfig: {
          s3InputDataConfig: { 's3Uri.$': `States.Format('s3://${bucket.bucketName}/{}', $.manifest_key)` },
        },
        outputDataConfig: {
          s3OutputDataConfig: { 's3Uri.$': `States.Format('s3://${bucket.bucketName}/output/{}/', $.job_name)` },
        },
        timeoutDurationInHours: 48,
        TaskToken: sfn.JsonPath.taskToken,
      }),
    });
    const map = new sfn.Map(this, 'BatchEvaluateMap', {
      itemsPath: '$.manifest_keys',
      itemSelector: {
        'job_name.$': '$.job_name',
        'model_id.$': '$.model_id',
        'index.$': '$$.Map.Item.Index',
        'manifest_key.$': '$$.Map.Item.Value',
      },
    }).itemProcessor(task);
    const begin = new sfn.Wait(this, 'Begin', { time: sfn.WaitTime.secondsPath('$.wait') }).next(map);
    new sfn.StateMachine(this, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(begin) });
  }
}

/** Functions with the behaviour of the original's, by plain HTTP: a folder of an assembly has no packages beside it. */
function codeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-original-'));
  writeFileSync(
    join(folder, 'index.mjs'),
    `const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_REGION } = process.env;
const credential = \`\${AWS_ACCESS_KEY_ID}/20261121/\${AWS_REGION}/bedrock/aws4_request\`;
export async function create({ TaskToken, ...request }) {
  const pieces = TaskToken.match(/.{1,256}/gs);
  const response = await fetch(\`\${AWS_ENDPOINT_URL}/model-invocation-job\`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: \`AWS4-HMAC-SHA256 Credential=\${credential}, SignedHeaders=host, Signature=none\`,
    },
    body: JSON.stringify({ ...request, tags: pieces.map((value, i) => ({ key: \`TaskToken:\${i}\`, value })) }),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
export async function event() {
  throw new Error('the event handler of the original has answered');
}
`,
  );
  return folder;
}
