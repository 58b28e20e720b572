import { parsePolicy } from '../judge/index.ts';
import { arnOf, type Maker } from './making.ts';
import { requiredText, textOf, textsOf } from './properties.ts';

/** `AWS::S3::BucketPolicy`, for the judge. */
export const makeBucketPolicy: Maker = async ({ account, logicalId, properties }) => {
  const bucket = requiredText(properties, 'Bucket');
  const document = parsePolicy(properties['PolicyDocument'], logicalId);
  account.judge.addResourcePolicy(`arn:${account.place.partition}:s3:::${bucket}`, document);
  return { ref: bucket, attributes: {} };
};

/** `AWS::SQS::QueuePolicy`, for the judge. */
export const makeQueuePolicy: Maker = async (making) => {
  const { account, logicalId, properties } = making;
  const document = parsePolicy(properties['PolicyDocument'], logicalId);
  for (const url of textsOf(properties['Queues'])) {
    account.judge.addResourcePolicy(arnOf(making, 'sqs', url.split('/').at(-1) ?? ''), document);
  }
  return { ref: logicalId, attributes: {} };
};

/** `AWS::Lambda::Permission`, for the judge: a statement of the function's policy. */
export const makePermission: Maker = async (making) => {
  const { account, logicalId, properties } = making;
  const named = requiredText(properties, 'FunctionName');
  const arn = named.startsWith('arn:') ? named : arnOf(making, 'lambda', `function:${named}`);
  const principal = requiredText(properties, 'Principal');
  const source = textOf(properties['SourceArn']);
  const sourceAccount = textOf(properties['SourceAccount']);
  const condition = {
    ...(source !== undefined && { ArnLike: { 'AWS:SourceArn': source } }),
    ...(sourceAccount !== undefined && { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
  };
  const isService = principal.includes('.');
  account.judge.addResourcePolicy(arn, {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: isService ? { Service: principal } : { AWS: principal },
        Action: requiredText(properties, 'Action'),
        Resource: arn,
        ...(Object.keys(condition).length > 0 && { Condition: condition }),
      },
    ],
  });
  return { ref: logicalId, attributes: { Id: logicalId } };
};
