import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Job, jobIdOf } from '../jobs/index.ts';
import { parseS3Uri } from '../place/index.ts';

/** Tokens of all records of a job. */
export interface TokenCounts {
  readonly input: number;
  readonly output: number;
}

/** What a job left in its bucket. */
export interface JobOutput {
  readonly bucket: string;
  /** Its folder: the output place and the job's id. */
  readonly prefix: string;
  /** Every `*.jsonl.out` in it, sorted. */
  readonly keys: readonly string[];
  /** From `manifest.json.out`; undefined while that is not there. */
  readonly manifest?: { readonly tokens: TokenCounts };
}

/** Objects of an output bucket; `owner` is the account that must own it, where one is named. */
export interface OutputStore {
  read(job: Job, owner?: string): Promise<JobOutput>;
  write(place: { readonly bucket: string; readonly key: string; readonly owner?: string }, body: string): Promise<void>;
}

/** Outputs on S3. */
export function createOutputStore(client: S3Client): OutputStore {
  return {
    async read(job, owner) {
      const { bucket, key } = parseS3Uri(job.outputUri) ?? { bucket: '', key: '' };
      const prefix = `${key}${key === '' || key.endsWith('/') ? '' : '/'}${jobIdOf(job.jobArn)}/`;
      const expected = owner === undefined ? {} : { ExpectedBucketOwner: owner };
      const names = await list(client, { Bucket: bucket, Prefix: prefix, ...expected });
      const keys = names.filter((name) => name.endsWith('.jsonl.out')).sort();
      const manifestKey = `${prefix}manifest.json.out`;
      if (!names.includes(manifestKey)) return { bucket, prefix, keys };
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: manifestKey, ...expected }));
      return { bucket, prefix, keys, manifest: { tokens: tokensFrom((await object.Body?.transformToString()) ?? '') } };
    },

    async write({ bucket, key, owner }, body) {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ContentType: 'application/json',
          ...(owner === undefined ? {} : { ExpectedBucketOwner: owner }),
        }),
      );
    },
  };
}

async function list(client: S3Client, query: { Bucket: string; Prefix: string }): Promise<string[]> {
  const names: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page: { Contents?: { Key?: string }[]; NextContinuationToken?: string } = await client.send(
      new ListObjectsV2Command({ ...query, ...(ContinuationToken === undefined ? {} : { ContinuationToken }) }),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) names.push(Key);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return names;
}

/** A manifest that cannot be read counts as one without tokens: the answer is not worth losing for it. */
function tokensFrom(manifest: string): TokenCounts {
  try {
    const { inputTokenCount, outputTokenCount } = JSON.parse(manifest) as Record<string, unknown>;
    return { input: Number(inputTokenCount) || 0, output: Number(outputTokenCount) || 0 };
  } catch {
    return { input: 0, output: 0 };
  }
}
