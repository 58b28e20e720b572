import { type Permission, permission } from '../judge/index.ts';
import { bedrockPermissions } from './bedrock-permissions.ts';
import { type FrontRequest, isObject, jsonBody, type Naming } from './call.ts';
import { dynamodbPermissions } from './dynamodb-permissions.ts';
import { iamPermissions } from './iam-permissions.ts';
import { s3Permissions } from './s3-permissions.ts';

/** `POST /2015-03-31/functions/<name or ARN>/invocations`. */
export const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

const NAMINGS: Readonly<Record<string, Naming>> = {
  bedrock: bedrockPermissions,
  dynamodb: dynamodbPermissions,
  iam: iamPermissions,
  kms: (request, { partition, region, account }) => {
    const id = String(jsonBody(request)['KeyId'] ?? '');
    const arn = id.startsWith('arn:') ? id : `arn:${partition}:kms:${region}:${account}:key/${id}`;
    return id === '' ? [] : [permission(`kms:${targetAction(request)}`, arn)];
  },
  servicequotas: (request) => [permission(`servicequotas:${targetAction(request)}`, '*')],
  s3: s3Permissions,
  sqs: (request, { partition, region, account }) => {
    const { QueueUrl, QueueName } = jsonBody(request);
    const name = String(QueueUrl ?? QueueName ?? '')
      .split('/')
      .at(-1);
    // A batch needs what each of its entries needs; there are no actions of its own (Service Authorization Reference, 2026-11).
    const action = targetAction(request).replace(/^(Send|Delete|Change)(\w+)Batch$/, '$1$2');
    return [permission(`sqs:${action}`, `arn:${partition}:sqs:${region}:${account}:${name}`)];
  },
  // The calls of a task name no state machine: their resource is everything.
  states: (request) => {
    const action = targetAction(request);
    if (action.startsWith('SendTask')) return [permission(`states:${action}`, '*')];
    const { executionArn, stateMachineArn } = jsonBody(request);
    return [permission(`states:${action}`, String(executionArn ?? stateMachineArn ?? '*'))];
  },
  logs: (request, { partition, region, account }) => {
    const { logGroupName, logStreamName } = jsonBody(request);
    // Policies of a group end in `:*`, which its streams match; the stream that is not named is empty.
    const stream = `log-group:${String(logGroupName)}:log-stream:${String(logStreamName ?? '')}`;
    return [permission(`logs:${targetAction(request)}`, `arn:${partition}:logs:${region}:${account}:${stream}`)];
  },
  sns: (request) => {
    const form = new URLSearchParams(request.body.toString());
    return [permission(`sns:${form.get('Action')}`, form.get('TopicArn') ?? '*')];
  },
  // each entry names its bus by its name or its ARN; default: the account's own
  events: (request, { partition, region, account }) => {
    const { Entries = [] } = jsonBody(request);
    const names = Array.isArray(Entries)
      ? Entries.filter(isObject).map((entry) => String(entry['EventBusName'] ?? 'default'))
      : [];
    const arnOf = (name: string) =>
      name.startsWith('arn:') ? name : `arn:${partition}:events:${region}:${account}:event-bus/${name}`;
    return names.map((name) => permission(`events:${targetAction(request)}`, arnOf(name)));
  },
  lambda: (request, place) => {
    const name = decodeURIComponent(INVOKE.exec(request.path)?.[1] ?? '');
    if (name === '') return [unknown(request)];
    const arn = `arn:${place.partition}:lambda:${place.region}:${place.account}:function:${name}`;
    return [permission('lambda:InvokeFunction', name.startsWith('arn:') ? name : arn)];
  },
};

/** What a request needs. What cannot be named is a permission that nobody has. */
export const permissionsOf: Naming = (request, place) => {
  // it needs none (API reference of STS, 2026-11)
  if (request.service === 'sts' && new URLSearchParams(request.body.toString()).get('Action') === 'GetCallerIdentity') return [];
  const named = NAMINGS[request.service]?.(request, { ...place, region: request.region }) ?? [];
  return named.length === 0 ? [unknown(request)] : named;
};

/** The operation of a JSON protocol: `AWSStepFunctions.SendTaskSuccess`. */
export function targetAction(request: FrontRequest): string {
  return (
    String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? ''
  );
}

function unknown(request: FrontRequest): Permission {
  return permission(`${request.service}:Unknown`, `${request.method} ${request.path}`);
}
