import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { BatchOrchestratorStack, type BatchOrchestratorStackProps } from '@batchrock/cdk';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Account, type AccountOptions, startAccount } from '../account.ts';
import type { ExecutionEnd } from '../executions.ts';
import { endWithin, passUntil } from './pass-until.ts';
import type { Observed } from './run-usage.ts';
import { synthesise } from './synthesise.ts';

/** The dataset of the scenarios. */
export const DATASET = 'inputs/jokes/topics.csv';

/** What an execution says at its end. */
export interface RunOutput {
  readonly run: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly output_paths?: readonly { readonly output_path: string }[];
  readonly results_uri: string;
  readonly results_location: { readonly bucket: string; readonly key: string };
}

/** An account with a deployed orchestrator. */
export interface Orchestrator {
  readonly account: Account;
  readonly bucket: string;
  readonly machine: string;
  /** Of its stack, `Runs`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The name of a function, by its id in the construct: `Prepare`, `Follow`, `Kick`, `Collect`, `Sweep` or `Export`. */
  functionName(id: string): string;
  put(key: string, text: string): Promise<void>;
  bytes(key: string): Promise<Uint8Array>;
  text(key: string): Promise<string>;
  keys(prefix: string): Promise<readonly string[]>;
  /** Starts an execution over the dataset; its ARN. */
  start(input: object): Promise<string>;
  /** Lets minutes of the account's clock go by until it holds. */
  passUntil(holds: () => Promise<boolean> | boolean, mostMinutes?: number): Promise<number>;
  /** Lets minutes go by until the execution has ended. */
  end(executionArn: string, mostMinutes?: number): Promise<ExecutionEnd>;
  /** The same, for one that is to succeed: what it says. */
  succeed(executionArn: string, mostMinutes?: number): Promise<RunOutput>;
}

/** What is counted of an orchestrator: all its functions. */
export function observed({ account, functionName }: Orchestrator): Observed {
  const names = (...ids: readonly string[]): readonly string[] => ids.map(functionName);
  return {
    account,
    functions: names('Prepare', 'Follow', 'Kick', 'Collect', 'Sweep', 'Export'),
    ofQueues: names('Kick', 'Collect'),
    ofSchedules: names('Sweep'),
  };
}

/** A dataset with a topic a row. */
export function topics(rows: number): string {
  return `id,topic\n${Array.from({ length: rows }, (_, i) => `00${i},"topic, ${i}"\n`).join('')}`;
}

/** An orchestrator for all tests of a file. When they are done, nobody may have been refused anything. */
export function useOrchestrator(props: BatchOrchestratorStackProps = {}, options: AccountOptions = {}): Orchestrator {
  const orchestrator = {} as Orchestrator;
  beforeAll(async () => {
    Object.assign(orchestrator, await openOrchestrator(props, options));
  });
  afterAll(async () => {
    if (orchestrator.account === undefined) return;
    try {
      expect(orchestrator.account.refusals()).toEqual([]);
    } finally {
      await orchestrator.account.close();
    }
  });
  return orchestrator;
}

/** The same, for one test: close its account. */
export async function openOrchestrator(props: BatchOrchestratorStackProps, options: AccountOptions): Promise<Orchestrator> {
  const account = await startAccount(options);
  const stack = await account.deploy(
    synthesise((app) => new BatchOrchestratorStack(app, 'Runs', props)),
    'Runs',
  );
  const [bucket = ''] = stack.find('AWS::S3::Bucket');
  const [machine = ''] = stack.find('AWS::StepFunctions::StateMachine');
  const { s3 } = account.clients;
  const put = async (key: string, text: string): Promise<void> => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
  };
  const bytes = async (key: string): Promise<Uint8Array> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  };
  return {
    account,
    bucket,
    machine,
    outputs: stack.outputs,
    functionName(id) {
      const [name] = stack.find('AWS::Lambda::Function', `OrchestratorFunctions${id}`);
      if (name === undefined) throw new Error(`the orchestrator has no function ${id}`);
      return name;
    },
    put,
    bytes,
    text: async (key) => Buffer.from(await bytes(key)).toString(),
    async keys(prefix) {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
      return Contents.map(({ Key = '' }) => Key);
    },
    start: (input) => account.executions.start(machine, input),
    passUntil: (holds, mostMinutes) => passUntil(account, holds, mostMinutes),
    end: (executionArn, mostMinutes) => endWithin(account, executionArn, mostMinutes),
    async succeed(executionArn, mostMinutes) {
      const { status, output, error, cause } = await endWithin(account, executionArn, mostMinutes);
      expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
      return output as RunOutput;
    },
  };
}
