import { expect, test } from 'vitest';
import type { FrontRequest } from './call.ts';
import { permissionsOf } from './permissions.ts';

const place = { partition: 'aws', region: 'us-east-1', account: '111122223333' };
const in1 = 'us-east-1:111122223333';

/** What a request needs, as `action resource` of each permission. */
function needs(service: string, target: string, body: object | string = '', headers: FrontRequest['headers'] = {}): string[] {
  return named(service, target, body, headers).map(({ action, resource }) => `${action} ${resource}`);
}

function named(service: string, target: string, body: object | string = '', headers: FrontRequest['headers'] = {}) {
  const [method = '', url = ''] = target.split(' ');
  const [path = '', search = ''] = url.split('?');
  return permissionsOf(
    {
      service,
      region: place.region,
      method,
      path,
      query: new URLSearchParams(search),
      headers,
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    },
    place,
  );
}

const json = (service: string, target: string, body: object): string[] =>
  needs(service, 'POST /', body, { 'x-amz-target': target });

test('objects of S3 are named by verb and query', () => {
  const object = 'arn:aws:s3:::b/in/a b.jsonl';
  expect(needs('s3', 'GET /b/in/a%20b.jsonl?x-id=GetObject')).toEqual([`s3:GetObject ${object}`]);
  expect(needs('s3', 'HEAD /b/in/a%20b.jsonl')).toEqual([`s3:GetObject ${object}`]);
  expect(needs('s3', 'PUT /b/in/a%20b.jsonl?x-id=PutObject')).toEqual([`s3:PutObject ${object}`]);
  expect(needs('s3', 'PUT /b/in/a%20b.jsonl?partNumber=1&uploadId=u&x-id=UploadPart')).toEqual([`s3:PutObject ${object}`]);
  expect(needs('s3', 'POST /b/in/a%20b.jsonl?uploads')).toEqual([`s3:PutObject ${object}`]);
  expect(needs('s3', 'POST /b/in/a%20b.jsonl?uploadId=u')).toEqual([`s3:PutObject ${object}`]);
  expect(needs('s3', 'DELETE /b/in/a%20b.jsonl?uploadId=u')).toEqual([`s3:AbortMultipartUpload ${object}`]);
  expect(needs('s3', 'DELETE /b/in/a%20b.jsonl')).toEqual([`s3:DeleteObject ${object}`]);
  expect(needs('s3', 'GET /b/in/a%20b.jsonl?versionId=1')).toEqual([`s3:GetObjectVersion ${object}`]);
});

test('a copy reads its source, and every key of a deletion counts', () => {
  expect(needs('s3', 'PUT /b/to', '', { 'x-amz-copy-source': '/c/from%2Fhere' })).toEqual([
    's3:PutObject arn:aws:s3:::b/to',
    's3:GetObject arn:aws:s3:::c/from/here',
  ]);
  const body = '<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object></Delete>';
  expect(needs('s3', 'POST /b?delete=', body)).toEqual([
    's3:DeleteObject arn:aws:s3:::b/a',
    's3:DeleteObject arn:aws:s3:::b/b&c',
  ]);
});

test('a key of KMS is needed where an object names one', () => {
  const key = 'arn:aws:kms:us-east-1:111122223333:key/k';
  const headers = { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': key };
  expect(needs('s3', 'PUT /b/k', '', headers)).toEqual(['s3:PutObject arn:aws:s3:::b/k', `kms:GenerateDataKey ${key}`]);
});

test('a bucket is listed with its prefix as a condition key', () => {
  expect(named('s3', 'GET /b?list-type=2&prefix=output%2Fx%2F&max-keys=5')).toEqual([
    { action: 's3:ListBucket', resource: 'arn:aws:s3:::b', context: { 's3:prefix': 'output/x/', 's3:max-keys': '5' } },
  ]);
  expect(needs('s3', 'HEAD /b')).toEqual(['s3:ListBucket arn:aws:s3:::b']);
});

test('what S3 does not know is nobody allowed', () => {
  expect(needs('s3', 'GET /b/k?torrent')).toEqual(['s3:Unknown GET /b/k']);
  expect(needs('s3', 'PUT /b?cors')).toEqual(['s3:Unknown PUT /b']);
  expect(needs('kms', 'POST /')).toEqual(['kms:Unknown POST /']);
});

test('DynamoDB names its table, its index, and each table of a transaction', () => {
  const table = `arn:aws:dynamodb:${in1}:table/t`;
  expect(json('dynamodb', 'DynamoDB_20120810.PutItem', { TableName: 't' })).toEqual([`dynamodb:PutItem ${table}`]);
  expect(json('dynamodb', 'DynamoDB_20120810.Query', { TableName: 't', IndexName: 'open' })).toEqual([
    `dynamodb:Query ${table}/index/open`,
  ]);
  expect(json('dynamodb', 'DynamoDB_20120810.BatchWriteItem', { RequestItems: { t: [], u: [] } })).toEqual([
    `dynamodb:BatchWriteItem ${table}`,
    `dynamodb:BatchWriteItem arn:aws:dynamodb:${in1}:table/u`,
  ]);
  const TransactItems = ['Put', 'Update', 'Delete', 'ConditionCheck'].map((kind) => ({ [kind]: { TableName: 't' } }));
  expect(json('dynamodb', 'DynamoDB_20120810.TransactWriteItems', { TransactItems })).toEqual([
    `dynamodb:PutItem ${table}`,
    `dynamodb:UpdateItem ${table}`,
    `dynamodb:DeleteItem ${table}`,
    `dynamodb:ConditionCheckItem ${table}`,
  ]);
  expect(json('dynamodb', 'DynamoDB_20120810.TransactGetItems', { TransactItems: [{ Get: { TableName: 't' } }] })).toEqual([
    `dynamodb:GetItem ${table}`,
  ]);
});

test('tasks, queues, functions and logs are named', () => {
  expect(json('states', 'AWSStepFunctions.SendTaskSuccess', { taskToken: 't' })).toEqual(['states:SendTaskSuccess *']);
  expect(json('states', 'AWSStepFunctions.DescribeExecution', { executionArn: 'e' })).toEqual(['states:DescribeExecution e']);
  const ofQueue = { SendMessage: 'SendMessage', SendMessageBatch: 'SendMessage', DeleteMessageBatch: 'DeleteMessage' };
  for (const [operation, action] of Object.entries(ofQueue)) {
    expect(json('sqs', `AmazonSQS.${operation}`, { QueueUrl: 'http://127.0.0.1:1/111122223333/q' })).toEqual([
      `sqs:${action} arn:aws:sqs:${in1}:q`,
    ]);
  }
  expect(json('sqs', 'AmazonSQS.ChangeMessageVisibilityBatch', { QueueUrl: 'http://127.0.0.1:1/111122223333/q' })).toEqual([
    `sqs:ChangeMessageVisibility arn:aws:sqs:${in1}:q`,
  ]);
  expect(json('sqs', 'AmazonSQS.GetQueueUrl', { QueueName: 'q' })).toEqual([`sqs:GetQueueUrl arn:aws:sqs:${in1}:q`]);
  const arn = `arn:aws:lambda:${in1}:function:f`;
  expect(needs('lambda', `POST /2015-03-31/functions/${encodeURIComponent(arn)}/invocations`)).toEqual([
    `lambda:InvokeFunction ${arn}`,
  ]);
  expect(needs('lambda', 'POST /2015-03-31/functions/f/invocations')).toEqual([`lambda:InvokeFunction ${arn}`]);
  const stream = { logGroupName: '/aws/lambda/f', logStreamName: 's' };
  expect(json('logs', 'Logs_20140328.PutLogEvents', stream)).toEqual([
    `logs:PutLogEvents arn:aws:logs:${in1}:log-group:/aws/lambda/f:log-stream:s`,
  ]);
});

test('Create hands a role over, which Bedrock must be trusted with and which must invoke the model', () => {
  const roleArn = 'arn:aws:iam::111122223333:role/batch';
  const modelId = 'us.amazon.nova-lite-v1:0';
  const profile = `arn:aws:bedrock:${in1}:inference-profile/${modelId}`;
  const modelIn = (region: string) => `arn:aws:bedrock:${region}::foundation-model/amazon.nova-lite-v1:0`;
  const job = `arn:aws:bedrock:${in1}:model-invocation-job/000000000000`;
  const role = { kind: 'role', roleArn };
  const body = { modelId, roleArn, tags: [{ key: 'team', value: 'x' }] };
  const context = { 'aws:TagKeys': ['team'], 'aws:RequestTag/team': 'x' };
  expect(named('bedrock', 'POST /model-invocation-job', body)).toEqual([
    { action: 'bedrock:CreateModelInvocationJob', resource: profile, context },
    { action: 'bedrock:CreateModelInvocationJob', resource: modelIn('us-east-1'), context },
    { action: 'bedrock:CreateModelInvocationJob', resource: job, context },
    { action: 'bedrock:TagResource', resource: job, context },
    { action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'bedrock.amazonaws.com' } },
    {
      action: 'sts:AssumeRole',
      resource: roleArn,
      context: {},
      principal: { kind: 'service', name: 'bedrock.amazonaws.com', sourceArn: job },
    },
    { action: 'bedrock:InvokeModel', resource: profile, context: {}, principal: role },
    ...['us-east-1', 'us-east-2', 'us-west-2'].map((region) => ({
      action: 'bedrock:InvokeModel',
      resource: modelIn(region),
      context: { 'bedrock:InferenceProfileArn': profile, 'aws:RequestedRegion': region },
      principal: role,
    })),
  ]);
});

test('a model is asked by one action, and a profile for the model in each Region that it leads to', () => {
  const model = 'foundation-model/amazon.nova-lite-v1:0';
  const asked = (id: string, operation = 'invoke') => needs('bedrock', `POST /model/${encodeURIComponent(id)}/${operation}`, {});
  const invoke = (resource: string) => `bedrock:InvokeModel arn:aws:bedrock:${resource}`;
  for (const operation of ['invoke', 'converse']) {
    expect(asked('amazon.nova-lite-v1:0', operation)).toEqual([invoke(`us-east-1::${model}`)]);
  }
  expect(asked('us.amazon.nova-lite-v1:0', 'converse')).toEqual([
    invoke(`${in1}:inference-profile/us.amazon.nova-lite-v1:0`),
    ...['us-east-1', 'us-east-2', 'us-west-2'].map((region) => invoke(`${region}::${model}`)),
  ]);
  expect(asked('global.amazon.nova-lite-v1:0')).toEqual([
    invoke(`${in1}:inference-profile/global.amazon.nova-lite-v1:0`),
    ...['us-east-1', ''].map((region) => invoke(`${region}::${model}`)),
  ]);
  expect(asked('amazon.nova-lite-v1:0', 'invoke-with-response-stream')).toEqual([expect.stringMatching(/^bedrock:Unknown /)]);
});

test('what is made of IAM is named, and its tags are', () => {
  const call = (form: string) => named('iam', 'POST /', form).map(({ action, resource }) => `${action} ${resource}`);
  const role = 'arn:aws:iam::111122223333:role/r';
  expect(call('Action=CreateRole&RoleName=r&Tags.member.1.Key=k&Tags.member.1.Value=v')).toEqual([
    `iam:CreateRole ${role}`,
    `iam:TagRole ${role}`,
  ]);
  expect(call('Action=PutRolePolicy&RoleName=r&PolicyName=p')).toEqual([`iam:PutRolePolicy ${role}`]);
  expect(call('Action=CreatePolicy&PolicyName=p')).toEqual(['iam:CreatePolicy arn:aws:iam::111122223333:policy/p']);
  expect(call(`Action=SimulatePrincipalPolicy&PolicySourceArn=${role}`)).toEqual([`iam:SimulatePrincipalPolicy ${role}`]);
  expect(call('Action=ListRoles')).toEqual(['iam:Unknown POST /']);
  expect(named('sts', 'POST /', 'Action=GetCallerIdentity')).toEqual([]);
});

test('the settings of a bucket are named, and the tags that an object is put with', () => {
  const bucket = 'arn:aws:s3:::b';
  expect(needs('s3', 'PUT /b')).toEqual([`s3:CreateBucket ${bucket}`]);
  expect(needs('s3', 'GET /b?lifecycle')).toEqual([`s3:GetLifecycleConfiguration ${bucket}`]);
  expect(needs('s3', 'DELETE /b?policy')).toEqual([`s3:DeleteBucketPolicy ${bucket}`]);
  expect(needs('s3', 'PUT /b/k', '', { 'x-amz-tagging': 'a=b' })).toEqual([
    's3:PutObject arn:aws:s3:::b/k',
    's3:PutObjectTagging arn:aws:s3:::b/k',
  ]);
});

test('the other calls of Bedrock name their job', () => {
  const job = `arn:aws:bedrock:${in1}:model-invocation-job/abcdefghijkl`;
  expect(needs('bedrock', `GET /model-invocation-job/${encodeURIComponent(job)}`)).toEqual([
    `bedrock:GetModelInvocationJob ${job}`,
  ]);
  expect(needs('bedrock', 'POST /model-invocation-job/abcdefghijkl/stop')).toEqual([`bedrock:StopModelInvocationJob ${job}`]);
  expect(needs('bedrock', 'GET /model-invocation-jobs?maxResults=10')).toEqual(['bedrock:ListModelInvocationJobs *']);
  expect(needs('bedrock', 'POST /listTagsForResource', { resourceARN: job })).toEqual([`bedrock:ListTagsForResource ${job}`]);
});
