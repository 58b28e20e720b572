import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** The input of a job: so many records for a model of Anthropic. */
export function recordsText(count: number): string {
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
