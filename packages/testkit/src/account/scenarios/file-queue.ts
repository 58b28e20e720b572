import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { BatchQueueStack, type BatchQueueStackProps } from '@batchrock/cdk';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Account, type AccountOptions, startAccount } from '../account.ts';
import type { ListedJob } from '../bedrock/index.ts';
import { passUntil } from './pass-until.ts';
import { MODEL } from './scenario.ts';
import { synthesise } from './synthesise.ts';

/** A file as its item has it; times are milliseconds since the epoch. */
export interface ListedFile {
  readonly file: string;
  readonly key: string;
  readonly name: string;
  readonly modelId: string;
  readonly status: string;
  readonly run?: string;
  readonly receivedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly attempt?: number;
  readonly counts?: Readonly<Record<string, number>>;
  readonly tokens?: { readonly input: number; readonly output: number };
  readonly costUsd?: number;
  readonly reason?: { readonly code: string; readonly message: string };
  readonly results?: string;
}

/** A line of a file of results. */
export interface ResultLine {
  readonly recordId: string;
  readonly modelInput?: object;
  readonly modelOutput?: object;
  readonly error?: { readonly errorCode: unknown; readonly errorMessage: string };
}

/** An account with a deployed queue. */
export interface FileQueue {
  readonly account: Account;
  readonly bucket: string;
  readonly topic: string;
  /** The name of a function, by its id in the construct: `Take`, `Kick`, `Collect`, `Finish`, `Change` or `Sweep`. */
  functionName(id: string): string;
  /** Puts an object there, with metadata. */
  put(key: string, body: string, metadata?: Readonly<Record<string, string>>): Promise<void>;
  text(key: string): Promise<string>;
  keys(prefix: string): Promise<readonly string[]>;
  /** All files, in the order in which they came. */
  files(): Promise<readonly ListedFile[]>;
  /** The newest file under a key below `to-process/`. */
  file(path: string): Promise<ListedFile | undefined>;
  /** Lets minutes of the account's clock go by until the file has the status; the file then. */
  until(path: string, status: string, mostMinutes?: number): Promise<ListedFile>;
  passUntil(holds: () => Promise<boolean> | boolean, mostMinutes?: number): Promise<number>;
  /** The lines of the results below a prefix, in order. */
  results(prefix: string): Promise<readonly ResultLine[]>;
  /** Calls change-file; what it answers. Rejects with the error that it throws. */
  change(payload: object): Promise<ListedFile>;
  /** Jobs of the run of a file. */
  jobsOf(path: string): Promise<readonly ListedJob[]>;
}

/** So many records; `text` tells those of one file from those of another. */
export function records(count: number, text = 'Classify', recordId?: (i: number) => string): string {
  const line = (i: number): string =>
    JSON.stringify({
      ...(recordId !== undefined && { recordId: recordId(i) }),
      modelInput: {
        anthropic_version: 'bedrock-2023-05-31',
        max_tokens: 50,
        messages: [{ role: 'user', content: [{ type: 'text', text: `${text} ${i}` }] }],
      },
    });
  return Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');
}

/** A queue for all tests of a file. When they are done, nobody may have been refused anything. */
export function useFileQueue(props: BatchQueueStackProps = {}, options: AccountOptions = {}): FileQueue {
  const queue = {} as FileQueue;
  beforeAll(async () => {
    Object.assign(queue, await openFileQueue(props, options));
  });
  afterAll(async () => {
    if (queue.account === undefined) return;
    try {
      expect(queue.account.refusals()).toEqual([]);
    } finally {
      await queue.account.close();
    }
  });
  return queue;
}

/** The same, for one test: close its account. */
export async function openFileQueue(props: BatchQueueStackProps, options: AccountOptions): Promise<FileQueue> {
  const account = await startAccount(options);
  const assembly = synthesise((app) => new BatchQueueStack(app, 'Files', props));
  const parameters: Record<string, string> = props.modelId === undefined ? { ModelId: MODEL } : {};
  return fileQueueIn(account, await account.deploy(assembly, 'Files', parameters));
}

/** The queue of a deployed stack, whose ids in the template begin so. */
export function fileQueueIn(account: Account, stack: Awaited<ReturnType<Account['deploy']>>, id = 'Queue'): FileQueue {
  const [bucket = ''] = stack.find('AWS::S3::Bucket');
  const [table = ''] = stack.find('AWS::DynamoDB::Table');
  const [topic = ''] = stack.find('AWS::SNS::Topic', id);
  const { s3, dynamodb } = account.clients;
  const functionName = (name: string): string => {
    const [found] = stack.find('AWS::Lambda::Function', `${id}Functions${name}`);
    if (found === undefined) throw new Error(`the queue has no function ${name}`);
    return found;
  };
  const text = async (key: string): Promise<string> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  };
  const keys = async (prefix: string): Promise<readonly string[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Contents.map(({ Key = '' }) => Key);
  };
  const files = async (): Promise<readonly ListedFile[]> => {
    const { Items = [] } = await dynamodb.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'runs',
        KeyConditionExpression: 'runsAt = :at',
        ExpressionAttributeValues: { ':at': { S: `files#${bucket}` } },
      }),
    );
    return Items.map(({ body }) => JSON.parse(body?.S ?? '') as ListedFile);
  };
  const file = async (path: string): Promise<ListedFile | undefined> =>
    (await files()).findLast(({ key }) => key === `to-process/${path}`);
  return {
    account,
    bucket,
    topic,
    functionName,
    async put(Key, body, Metadata = {}) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from(body), Metadata }));
    },
    text,
    keys,
    files,
    file,
    async until(path, status, mostMinutes = 120) {
      let found: ListedFile | undefined;
      const hasCome = async (): Promise<boolean> => {
        found = await file(path);
        return found?.status === status;
      };
      await passUntil(account, hasCome, mostMinutes).catch((error: unknown) => {
        throw new Error(`${path} is ${JSON.stringify(found)}, not ${status}`, { cause: error });
      });
      return found as ListedFile;
    },
    passUntil: (holds, mostMinutes) => passUntil(account, holds, mostMinutes),
    async results(prefix) {
      const outputs = (await keys(prefix)).filter((key) => key.endsWith('.jsonl.out'));
      const texts = await Promise.all(outputs.map(text));
      return texts.flatMap((each) => each.trimEnd().split('\n')).map((line) => JSON.parse(line) as ResultLine);
    },
    async change(payload) {
      const body = Buffer.from(JSON.stringify(payload));
      const { functionError, payload: said } = await account.functions.invoke(functionName('Change'), body, 'RequestResponse');
      const answer = JSON.parse(Buffer.from(said).toString()) as Record<string, unknown>;
      if (functionError === undefined) return answer as unknown as ListedFile;
      throw Object.assign(new Error(String(answer['errorMessage'])), { name: String(answer['errorType']) });
    },
    async jobsOf(path) {
      const run = (await file(path))?.run ?? 'none';
      return (await account.bedrock.jobs()).filter(({ inputUri }) => inputUri.includes(`/runs/${run}/`));
    },
  };
}
