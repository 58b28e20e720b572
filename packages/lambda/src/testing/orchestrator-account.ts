import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DynamoServer, startDynamoServer } from '../../../aws/src/testing/dynamo-server.ts';
import { BUCKET, type LocalService, startLocalService } from '../../../local/src/testing/local-service.ts';
import { type JsonServer, startJsonServer } from './json-server.ts';
import { type StepFunctionsServer, startStepFunctionsServer } from './step-functions-server.ts';

/** What the functions of an orchestrator reach over HTTP: the local Bedrock with its S3, and small servers for the rest. */
export interface OrchestratorAccount {
  readonly bedrock: LocalService;
  readonly dynamo: DynamoServer;
  readonly stepFunctions: StepFunctionsServer;
  /** Bodies of the collect queue's messages that nobody has taken. */
  readonly messages: string[];
  /** How many messages each call of the queue brought. */
  readonly sqsCalls: number[];
  /** From now on the queue refuses every message. */
  refuseMessages(): void;
  /** Bedrock's events as they stand in the kick queue. */
  readonly events: string[];
  /** The environment of a function. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startOrchestratorAccount(): Promise<OrchestratorAccount> {
  const events: string[] = [];
  const bus = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    events.push(body);
    response.end();
  });
  await new Promise<void>((resolve) => bus.listen(0, '127.0.0.1', resolve));
  const eventsUrl = `http://127.0.0.1:${(bus.address() as AddressInfo).port}`;
  const bedrock = await startLocalService({ speed: 1, eventsUrl });
  const dynamo = await startDynamoServer();
  const stepFunctions = await startStepFunctionsServer();
  const messages: string[] = [];
  const sqsCalls: number[] = [];
  let isRefusing = false;
  const sqs = await startSqsServer((bodies) => {
    sqsCalls.push(bodies.length);
    if (!isRefusing) messages.push(...bodies);
    return !isRefusing;
  });
  return {
    bedrock,
    dynamo,
    stepFunctions,
    messages,
    sqsCalls,
    refuseMessages() {
      isRefusing = true;
    },
    events,
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
      AWS_ENDPOINT_URL: bedrock.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
      AWS_ENDPOINT_URL_SFN: stepFunctions.url,
      AWS_ENDPOINT_URL_SQS: sqs.url,
      BUCKET_NAME: BUCKET,
      LEDGER_TABLE: 'ledger',
      BEDROCK_ROLE_ARN: 'arn:aws:iam::000000000000:role/bedrock',
      COLLECT_QUEUE_URL: `${sqs.url}/000000000000/collect`,
      MAX_TOTAL_RECORDS: '',
      LOG_LEVEL: 'DEBUG',
    },
    async close() {
      bus.closeAllConnections();
      await new Promise((resolve) => bus.close(resolve));
      await Promise.all([bedrock.close(), dynamo.close(), stepFunctions.close(), sqs.close()]);
    },
  };
}

function startSqsServer(take: (bodies: readonly string[]) => boolean): Promise<JsonServer> {
  return startJsonServer({
    SendMessageBatch({ Entries }) {
      const entries = Entries as readonly { readonly Id: string; readonly MessageBody: string }[];
      const isTaken = take(entries.map(({ MessageBody }) => MessageBody));
      // the SDK compares the sums with what it has sent
      const sum = (text: string) => createHash('md5').update(text).digest('hex');
      const sent = entries.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: sum(MessageBody) }));
      const refused = entries.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }));
      return isTaken ? { Successful: sent, Failed: [] } : { Successful: [], Failed: refused };
    },
    ChangeMessageVisibility: () => ({}),
  });
}
