import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BedrockClient,
  CreateModelInvocationJobCommand,
  type CreateModelInvocationJobCommandInput,
  GetModelInvocationJobCommand,
  type GetModelInvocationJobCommandOutput,
} from '@aws-sdk/client-bedrock';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { isTerminalStatus } from '@batchrock/core';
import type { LocalBedrockOptions } from '../options.ts';
import { type LocalBedrock, startLocalBedrock } from '../start.ts';

/** One line of an output file, parsed. */
export interface OutputLine {
  readonly recordId: string;
  readonly modelInput: Record<string, unknown>;
  readonly modelOutput?: Record<string, unknown>;
  readonly error?: { readonly errorCode: number; readonly errorMessage: string };
}

/** A started server with the clients of a user, for tests. */
export interface LocalService {
  readonly dir: string;
  readonly url: string;
  readonly bedrock: BedrockClient;
  readonly s3: S3Client;
  /** Configuration for further SDK clients. */
  readonly clientConfig: ClientConfig;
  put(key: string, body: string): Promise<void>;
  /** Keys below a prefix. */
  keys(prefix: string): Promise<string[]>;
  text(key: string): Promise<string>;
  /** Creates a job with the given fields changed; its ARN. */
  create(change?: Partial<CreateModelInvocationJobCommandInput>): Promise<string>;
  job(jobArn: string): Promise<GetModelInvocationJobCommandOutput>;
  /** Waits until the job is in one of these states; by default until it has ended. */
  until(jobArn: string, statuses?: readonly string[]): Promise<GetModelInvocationJobCommandOutput>;
  /** The lines of all output files of a job. */
  output(jobArn: string): Promise<OutputLine[]>;
  manifest(jobArn: string): Promise<Record<string, number>>;
  admin(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Lets so much of the server's clock go by, in milliseconds of the wall. */
  advance(ms: number): Promise<void>;
  /** Closes the server and starts it again on the same folder, perhaps with other options. */
  restart(change?: Partial<LocalBedrockOptions>): Promise<void>;
  close(): Promise<void>;
}

/** What every SDK client is given. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

export const BUCKET = 'bucket-of-tests';
export const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0';

let jobs = 0;

/** Starts a server on a new folder; `minRecords` is 1 unless the options say otherwise. */
export async function startLocalService(options: Partial<LocalBedrockOptions> = {}): Promise<LocalService> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'local-bedrock-'));
  const settings: LocalBedrockOptions = { minRecords: 1, buckets: [BUCKET], ...options, dir };
  let server: LocalBedrock = await startLocalBedrock(settings);
  const clientConfig: ClientConfig = {
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const bedrock = new BedrockClient(clientConfig);
  const s3 = new S3Client({ ...clientConfig, forcePathStyle: true });

  const service: LocalService = {
    dir,
    url: server.url,
    bedrock,
    s3,
    clientConfig,
    async put(key, body) {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
    },
    async keys(prefix) {
      const page = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
      return (page.Contents ?? []).map(({ Key }) => Key ?? '');
    },
    async text(key) {
      const object = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      return (await object.Body?.transformToString()) ?? '';
    },
    async create(change = {}) {
      jobs += 1;
      const input: CreateModelInvocationJobCommandInput = {
        jobName: `job-${jobs}`,
        roleArn: 'arn:aws:iam::000000000000:role/batch',
        modelId: HAIKU,
        inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${BUCKET}/in/` } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${BUCKET}/out/` } },
        ...change,
      };
      return (await bedrock.send(new CreateModelInvocationJobCommand(input))).jobArn ?? '';
    },
    job: (jobArn) => bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn })),
    async until(jobArn, statuses) {
      for (;;) {
        const job = await service.job(jobArn);
        const status = job.status ?? 'Submitted';
        if (statuses === undefined ? isTerminalStatus(status) : statuses.includes(status)) return job;
        if (isTerminalStatus(status)) throw new Error(`the job has become ${status}: ${job.message}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async output(jobArn) {
      const lines: OutputLine[] = [];
      for (const key of await service.keys(`out/${jobArn.slice(-12)}/`)) {
        if (!key.endsWith('.jsonl.out')) continue;
        const text = await service.text(key);
        lines.push(
          ...text
            .trimEnd()
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as OutputLine),
        );
      }
      return lines;
    },
    manifest: async (jobArn) =>
      JSON.parse(await service.text(`out/${jobArn.slice(-12)}/manifest.json.out`)) as Record<string, number>,
    async admin(method, path, body) {
      const response = await fetch(`${server.url}/_batchrock/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as { message?: string };
      if (!response.ok) throw new Error(answer.message);
      return answer;
    },
    async advance(advanceMs) {
      await service.admin('POST', 'clock', { advanceMs });
    },
    async restart(change = {}) {
      const { port } = server;
      // Drops the connections that are kept alive: the next call would find them closed.
      bedrock.destroy();
      s3.destroy();
      await server.close();
      server = await startLocalBedrock({ ...settings, ...change, port });
    },
    async close() {
      bedrock.destroy();
      s3.destroy();
      await server.close();
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
  return service;
}

/** A record for Claude: `id` and what the user says. */
export function claudeRecord(recordId: string | undefined, text: string): string {
  const messages = [{ role: 'user', content: [{ type: 'text', text }] }];
  return JSON.stringify({ recordId, modelInput: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, messages } });
}

/** So many records for Claude, one a line. */
export function claudeRecords(
  count: number,
  text = (i: number): string => `Classify the sentiment of: thing ${i} is great`,
): string {
  return Array.from({ length: count }, (_, i) => `${claudeRecord(`R${String(i).padStart(10, '0')}`, text(i))}\n`).join('');
}
