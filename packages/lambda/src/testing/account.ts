import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BedrockClient } from '@aws-sdk/client-bedrock';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { LocalBedrockOptions } from '../../../local/src/options.ts';
import { BUCKET, claudeRecords, HAIKU, type LocalService, startLocalService } from '../../../local/src/testing/local-service.ts';
import { createOutputStore } from '../answer/index.ts';
import { type EventPorts, handle } from '../bedrock-inference-job-event/index.ts';
import { parseCreateRequest, type SubmitPorts, submit } from '../create-model-invocation-job/index.ts';
import { createJobs } from '../jobs/index.ts';
import { createLog } from '../log/index.ts';
import { createMetrics } from '../metrics/index.ts';
import { createTasks } from '../task/index.ts';
import { createWaiterTable, type Waiter } from '../waiter/index.ts';
import { type DynamoServer, startDynamoServer } from './dynamo-server.ts';
import { type StepFunctionsServer, startStepFunctionsServer, type TaskState } from './step-functions-server.ts';

export const ROLE = 'arn:aws:iam::000000000000:role/BedrockBatchRole';

/** The payload of one task; the fields that tests change. */
export interface TaskOptions {
  readonly token: string;
  readonly index?: number;
  readonly jobName?: string;
  readonly manifestKey?: string;
  readonly manifestCount?: number;
  readonly execution?: string;
  readonly entered?: string;
  readonly toleratedFailure?: number;
  readonly taskEntered?: string;
  readonly modelId?: string;
}

/** Both handlers over real SDK clients, with the local Bedrock and small servers for the table and the tasks. */
export interface Account {
  readonly bedrock: LocalService;
  readonly dynamo: DynamoServer;
  readonly stepFunctions: StepFunctionsServer;
  readonly ports: SubmitPorts & EventPorts;
  /** Everything that was logged and counted. */
  readonly lines: string[];
  /** Bedrock's events that were not delivered yet, as EventBridge would send them. */
  readonly events: { readonly detail: Record<string, string> }[];
  /** Makes Step Functions wait by the token and calls the create handler. */
  start(task: TaskOptions): Promise<Waiter>;
  task(token: string): TaskState | undefined;
  output(token: string): Record<string, unknown>;
  event(event: unknown): Promise<void>;
  sweep(): Promise<void>;
  /** Advances the clock of everything; what becomes of jobs happens in that time. */
  advance(minutes: number): Promise<void>;
  /** Counts of a metric so far. */
  metric(name: string): number;
  /** Operations that Bedrock was asked for so far. */
  readonly operations: string[];
  /** Throws when a task token was logged. */
  close(): Promise<void>;
}

/** The payload as the state machine sends it. */
export function payloadOf(task: TaskOptions): Record<string, unknown> {
  const { jobName = 'test_job', index = 0, manifestKey = 'in/manifest.jsonl' } = task;
  return {
    jobName: `${jobName}${index}`,
    roleArn: ROLE,
    modelId: task.modelId ?? HAIKU,
    inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${BUCKET}/${manifestKey}` } },
    outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${BUCKET}/output/${jobName}/` } },
    timeoutDurationInHours: 48,
    TaskToken: task.token,
    batch: {
      execution: task.execution ?? 'arn:aws:states:us-east-1:000000000000:execution:machine:run',
      entered: task.entered ?? '2026-11-21T10:00:00.000Z',
      index,
      jobName,
      manifestKey,
      manifestCount: task.manifestCount ?? 1,
      ...(task.toleratedFailure === undefined ? {} : { toleratedFailure: task.toleratedFailure }),
      ...(task.taskEntered === undefined ? {} : { taskEntered: task.taskEntered }),
    },
  };
}

/** Starts everything, with one manifest of three records in the bucket. */
export async function startAccount(options: Partial<LocalBedrockOptions> = {}): Promise<Account> {
  const events: Account['events'] = [];
  const bus = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    events.push(JSON.parse(body) as Account['events'][number]);
    response.end();
  });
  await new Promise<void>((resolve) => bus.listen(0, '127.0.0.1', resolve));
  const eventsUrl = `http://127.0.0.1:${(bus.address() as AddressInfo).port}`;
  const bedrock = await startLocalService({ speed: 1, eventsUrl, ...options });
  const dynamo = await startDynamoServer();
  const stepFunctions = await startStepFunctionsServer();
  await bedrock.put('in/manifest.jsonl', claudeRecords(3));

  const lines: string[] = [];
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const config = { ...bedrock.clientConfig, region: options.region ?? 'us-east-1', maxAttempts: 2 };
  const clients = {
    bedrock: new BedrockClient(config),
    dynamo: new DynamoDBClient({ ...config, endpoint: dynamo.url }),
    stepFunctions: new SFNClient({ ...config, endpoint: stepFunctions.url }),
    s3: new S3Client({ ...config, forcePathStyle: true }),
  };
  const operations: string[] = [];
  clients.bedrock.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        operations.push(commandName.replace(/Command$/, ''));
        return next(args);
      },
    { step: 'initialize' },
  );
  const write = (line: string): void => void lines.push(line);
  const ports: Account['ports'] = {
    jobs: createJobs(clients.bedrock),
    table: createWaiterTable({ client: clients.dynamo, table: 'waiters', index: 'open', now }),
    tasks: createTasks(clients.stepFunctions),
    outputs: createOutputStore(clients.s3),
    log: createLog('DEBUG', write, now),
    metrics: createMetrics('event-handler', write, now),
    now,
    batchRoleArns: [ROLE],
  };

  const account: Account = {
    bedrock,
    dynamo,
    stepFunctions,
    ports,
    lines,
    events,
    operations,
    async start(task) {
      stepFunctions.tasks.set(task.token, { kind: 'waiting' });
      return submit(ports, parseCreateRequest(payloadOf(task)));
    },
    task: (token) => stepFunctions.tasks.get(token),
    output(token) {
      const task = stepFunctions.tasks.get(token);
      if (task?.kind !== 'succeeded') throw new Error(`the task is ${JSON.stringify(task)}`);
      return JSON.parse(task.output) as Record<string, unknown>;
    },
    event: (event) => handle(ports, event),
    sweep: () => handle(ports, { sweep: true }),
    async advance(minutes) {
      const { aheadMs } = (await bedrock.admin('POST', 'clock', { advanceMs: minutes * 60_000 })) as { aheadMs: number };
      ahead = aheadMs;
    },
    metric(name) {
      const counts = lines.map((line) => (JSON.parse(line) as Record<string, unknown>)[name]);
      return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
    },
    async close() {
      for (const client of Object.values(clients)) client.destroy();
      await Promise.all([bedrock.close(), dynamo.close(), stepFunctions.close()]);
      bus.closeAllConnections();
      await new Promise((resolve) => bus.close(resolve));
      const told = lines.filter((line) => [...stepFunctions.tasks.keys()].some((token) => line.includes(token)));
      if (told.length > 0) throw new Error(`a task token stands in the log: ${told.join('\n')}`);
    },
  };
  return account;
}

/** The last event of a job that tells of its end. */
export function endOf(account: Account, jobName: string): { readonly detail: Record<string, string> } {
  const ends = account.events.filter(({ detail }) => detail['batchJobName'] === jobName);
  const last = ends.at(-1);
  if (last === undefined) throw new Error(`no event of ${jobName}`);
  return last;
}
