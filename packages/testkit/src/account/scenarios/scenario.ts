import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Account, type AccountOptions, startAccount } from '../account.ts';
import type { ListedJob } from '../bedrock/index.ts';
import type { ExecutionEnd } from '../executions.ts';
import { endWithin, passUntil } from './pass-until.ts';
import { putRecords } from './records.ts';
import { type SingleProps, SingleStack } from './single-stack.ts';
import { synthesise } from './synthesise.ts';

/** A model that the local Bedrock knows. */
export const MODEL = 'anthropic.claude-3-haiku-20240307-v1:0';
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** An account with one deployed fragment, and what a scenario does with it. */
export interface Scenario {
  readonly account: Account;
  readonly bucket: string;
  /** The names of the two functions. */
  readonly createFunction: string;
  readonly eventHandler: string;
  /** The URL of the dead-letter queue. */
  readonly deadLetterQueue: string;
  /** Starts an execution over so many manifests; its ARN. */
  start(jobName: string, manifests?: number): Promise<string>;
  /** The jobs whose names begin so, once there are so many: at once, or after a few seconds of the account's clock. */
  jobs(prefix: string, count?: number): Promise<readonly ListedJob[]>;
  /** Lets minutes of the account's clock go by. */
  pass(minutes: number): Promise<void>;
  /** Lets minutes go by until the condition holds; how many went by. Throws after so many. */
  passUntil(holds: () => Promise<boolean> | boolean, mostMinutes?: number): Promise<number>;
  /** Lets minutes go by until the execution has ended. */
  end(executionArn: string, mostMinutes?: number): Promise<ExecutionEnd>;
  /** The lines of the event handler's log, parsed, that say so. */
  said(message: string, about?: string): readonly Readonly<Record<string, unknown>>[];
  /** Every task token that was handed out and that stands in a log: there must be none. */
  tokensInLogs(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * An account with one deployed fragment for all tests of a file. When they are done, nobody may have been refused anything and
 * no task token may stand in a log.
 */
export function useScenario(props: SingleProps = {}, options: AccountOptions = {}): Scenario {
  const scenario = {} as Scenario;
  beforeAll(async () => {
    Object.assign(scenario, await openScenario(props, options));
  });
  afterAll(async () => {
    if (scenario.account === undefined) return;
    try {
      expect(scenario.account.refusals()).toEqual([]);
      expect(await scenario.tokensInLogs()).toEqual([]);
    } finally {
      await scenario.close();
    }
  });
  return scenario;
}

/** Opens an account and deploys a fragment into it. */
export async function openScenario(props: SingleProps = {}, options: AccountOptions = {}): Promise<Scenario> {
  const account = await startAccount(options);
  const stack = await account.deploy(
    synthesise((app) => new SingleStack(app, 'Batch', props)),
    'Batch',
  );
  const one = (type: string, logicalId?: string): string => stack.find(type, logicalId)[0] ?? '';
  const bucket = one('AWS::S3::Bucket');
  const machine = one('AWS::StepFunctions::StateMachine');
  const table = one('AWS::DynamoDB::Table');
  const createFunction = one('AWS::Lambda::Function', 'Batch');
  const eventHandler = one('AWS::Lambda::Function', 'BedrockInferenceJobEventHandler');
  const manifestKeys = (count: number): string[] => Array.from({ length: count }, (_, i) => `in/${i}.jsonl`);
  const put = new Set<string>();

  return {
    account,
    bucket,
    createFunction,
    eventHandler,
    deadLetterQueue: one('AWS::SQS::Queue'),
    passUntil: (holds, mostMinutes) => passUntil(account, holds, mostMinutes),
    async start(jobName, manifests = 1) {
      const keys = manifestKeys(manifests);
      for (const key of keys) {
        if (!put.has(key)) await putRecords(account.clients.s3, bucket, key);
        put.add(key);
      }
      return account.executions.start(machine, { job_name: jobName, manifest_keys: keys, model_id: MODEL });
    },
    async jobs(prefix, count = 1) {
      let found: readonly ListedJob[] = [];
      const isThere = async (): Promise<boolean> => {
        found = (await account.bedrock.jobs()).filter((job) => job.jobName.startsWith(prefix));
        return found.length >= count;
      };
      await passUntil(account, isThere, 10, SECOND_MS);
      return found;
    },
    pass: (minutes) => account.clock.advance(minutes * MINUTE_MS),
    end: (executionArn, mostMinutes) => endWithin(account, executionArn, mostMinutes),
    said(message, about = '') {
      const lines = account.functions.log(eventHandler).filter((line) => line.includes(message) && line.includes(about));
      return lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>);
    },
    async tokensInLogs() {
      const { Items = [] } = await account.clients.dynamodb.send(new ScanCommand({ TableName: table }));
      const tokens = Items.map((item) => item['taskToken']?.S ?? '').filter((token) => token !== '');
      if (tokens.length === 0) throw new Error('there is no task token in the table: this would show nothing');
      const logs = [createFunction, eventHandler].flatMap((name) => account.functions.log(name)).join('\n');
      return tokens.filter((token) => logs.includes(token));
    },
    close: () => account.close(),
  };
}
