import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CallOptions } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { type Finding, lookAt, ok, warn } from './check.ts';

const IDLE_MS = 30_000;

/** Whether something lies in the dead-letter queues of a stack: what its functions could not do, and somebody has to look at. */
export async function lookAtDeadLetters(connection: ConnectionOptions, stack: string, calls: CallOptions): Promise<Finding> {
  const config = clientConfig(connection, IDLE_MS);
  const clients = { stacks: new CloudFormationClient(config), queues: new SQSClient(config) };
  try {
    const call = deadLettersOf(clients, stack, calls);
    const needed = 'cloudformation:DescribeStackResources on the stack and sqs:GetQueueAttributes on its queues';
    const looked = await lookAt(call, 'GetQueueAttributes', needed);
    if (!('found' in looked)) return looked;
    const [first] = looked.found.filter(({ messages }) => messages > 0);
    if (first === undefined) return ok(`${looked.found.length} queues of dead letters are empty`);
    const { url, messages } = first;
    return warn(`${messages} dead letters lie in ${url}`, `aws sqs receive-message --queue-url ${url} shows what was not done`);
  } finally {
    clients.stacks.destroy();
    clients.queues.destroy();
  }
}

/** The queues that other queues of the stack hand on to, and how many messages are in each, approximately. */
async function deadLettersOf(
  { stacks, queues }: { readonly stacks: CloudFormationClient; readonly queues: SQSClient },
  StackName: string,
  { signal }: CallOptions,
) {
  const { StackResources = [] } = await stacks.send(new DescribeStackResourcesCommand({ StackName }), { abortSignal: signal });
  const urls = StackResources.filter(({ ResourceType }) => ResourceType === 'AWS::SQS::Queue');
  const found = await Promise.all(
    urls.map(async ({ PhysicalResourceId: url = '' }) => {
      const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
      const { Attributes = {} } = await queues.send(command, { abortSignal: signal });
      const { QueueArn, RedrivePolicy = '{}', ApproximateNumberOfMessages = '0' } = Attributes;
      return { url, arn: QueueArn, messages: Number(ApproximateNumberOfMessages), policy: RedrivePolicy };
    }),
  );
  const targets = new Set(
    found.map(({ policy }) => (JSON.parse(policy) as { deadLetterTargetArn?: string }).deadLetterTargetArn),
  );
  return found.filter(({ arn }) => targets.has(arn));
}
