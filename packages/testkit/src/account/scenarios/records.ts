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

/**
 * Puts a folder of files with names so long that ten jobs that read it have answers too large for one execution together:
 * 35 names of 700 characters are 25 kB, and a tenth of what an execution holds is 24 kB.
 */
export async function putLongFolder(s3: S3Client, bucket: string): Promise<{ readonly folder: string; readonly files: number }> {
  const folder = 'in/long/';
  const files = 35;
  for (let i = 0; i < files; i += 1) {
    const name = `${'n'.repeat(700)}-${String(i).padStart(2, '0')}.jsonl`;
    await putRecords(s3, bucket, folder + name, 5);
  }
  return { folder, files };
}
