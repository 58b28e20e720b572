import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** The input of a job: so many records for a model of Anthropic. */
function recordsText(count: number): string {
  const record = (i: number): object => ({
    recordId: `R${String(i).padStart(10, '0')}`,
    modelInput: {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 50,
      messages: [{ role: 'user', content: [{ type: 'text', text: `Classify ${i}` }] }],
    },
  });
  return Array.from({ length: count }, (_, i) => `${JSON.stringify(record(i))}\n`).join('');
}

/** Puts the input of a job under a key. */
export async function putRecords(s3: S3Client, bucket: string, key: string, count = 100): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: recordsText(count) }));
}

/** A folder of which the output has names too long for the answer of its job. */
export interface LongFolder {
  readonly folder: string;
  /** How many files are in it. */
  readonly files: number;
  /** The keys of an execution in which it is too long: itself, first, and nineteen that are short. */
  readonly manifests: readonly string[];
}

/**
 * Puts a folder of files with names so long that the answer of a job that reads it is more than its share, where it is one of
 * twenty: 18 names of 700 characters are 12.6 kB, and a twentieth of what an execution holds is 12 kB.
 */
export async function putLongFolder(s3: S3Client, bucket: string): Promise<LongFolder> {
  const folder = 'in/long/';
  const files = 18;
  await putRecords(s3, bucket, 'in/short.jsonl');
  for (let i = 0; i < files; i += 1) {
    const name = `${'n'.repeat(700)}-${String(i).padStart(2, '0')}.jsonl`;
    await putRecords(s3, bucket, folder + name, 6);
  }
  return { folder, files, manifests: [folder, ...Array.from({ length: 19 }, () => 'in/short.jsonl')] };
}
