import { setTimeout as sleep } from 'node:timers/promises';
import { BedrockClient, CreateModelInvocationJobCommand, GetModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { JsonObject, JsonValue } from '@batchrock/core';
import { at, objectOf, textOf } from './json.ts';

/** Jobs at the local Bedrock, by the SDK of AWS. */
export interface LocalJobs {
  /** What is wrong with each record, by its place: the service's words where it failed, nothing where it was answered. */
  refusals(modelId: string, isConverse: boolean, bodies: readonly JsonObject[]): Promise<readonly (string | undefined)[]>;
  close(): void;
}

const ENDED = ['Completed', 'PartiallyCompleted', 'Failed', 'Stopped', 'Expired'];
const MOST_MS = 300_000;
export const ROLE = 'arn:aws:iam::000000000000:role/batch';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
export const region = 'us-east-1';

export function openLocalJobs(endpoint: string, bucket: string): LocalJobs {
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const bedrock = new BedrockClient({ endpoint, region, credentials });
  let jobs = 0;

  async function outputOf(prefix: string): Promise<readonly JsonObject[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    const keys = Contents.flatMap(({ Key = '' }) => (Key.endsWith('.jsonl.out') ? [Key] : []));
    const texts = await Promise.all(
      keys.map(async (Key) => (await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body!.transformToString()),
    );
    return texts.flatMap((text) => text.split('\n').filter(Boolean)).map((line) => objectOf(JSON.parse(line) as JsonValue));
  }

  async function run(modelId: string, isConverse: boolean, records: readonly JsonObject[]): Promise<readonly JsonObject[]> {
    const jobName = `judge-${(jobs += 1)}`;
    const Body = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${jobName}/in/records.jsonl`, Body }));
    const { jobArn } = await bedrock.send(
      new CreateModelInvocationJobCommand({
        jobName,
        modelId,
        roleArn: ROLE,
        modelInvocationType: isConverse ? 'Converse' : 'InvokeModel',
        inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${bucket}/${jobName}/in/` } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${bucket}/${jobName}/out/` } },
      }),
    );
    const until = Date.now() + MOST_MS;
    for (;;) {
      const { status = '', message } = await bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }));
      if (status === 'Failed') throw new Error(`a job of ${modelId} failed: ${message}`);
      if (ENDED.includes(status)) return outputOf(`${jobName}/out/`);
      if (Date.now() > until) throw new Error(`a job of ${modelId} has not ended`);
      await sleep(50);
    }
  }

  return {
    async refusals(modelId, isConverse, bodies) {
      if (bodies.length === 0) return [];
      const records = bodies.map((modelInput, i) => ({ recordId: `REC${String(i).padStart(8, '0')}`, modelInput }));
      const output = await run(modelId, isConverse, records);
      const byId = new Map(output.map((line) => [textOf(line['recordId']), line]));
      return records.map(({ recordId }) => {
        const line = byId.get(recordId);
        if (line === undefined) return 'no answer came back';
        return line['error'] === undefined ? undefined : wordsOf(textOf(at(line['error'], 'errorMessage')));
      });
    },
    close() {
      s3.destroy();
      bedrock.destroy();
    },
  };
}

/** What the service says, in fewer words. */
function wordsOf(message: string): string {
  const extra = /extraneous key \[(\w+)\]|^(\w+): Extra inputs are not permitted/.exec(message);
  if (extra !== null) return `\`${extra[1] ?? extra[2]}\` is not a field of the model`;
  return message.replace('Malformed input request: ', '').replace(', please reformat your input and try again.', '').slice(0, 90);
}
