import { Readable } from 'node:stream';
import { Upload } from '@aws-sdk/lib-storage';
import { expect, test } from 'vitest';
import { BUCKET, claudeRecord, startLocalService } from '../testing/local-service.ts';

const RECORDS = 10_500;
const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(420);
/** Of the whole process, test and clients included, above what it had before. */
const MOST_MB = 160;

function* blocks(): Generator<Buffer> {
  for (let i = 0; i < RECORDS; i += 50) {
    const lines = Array.from({ length: 50 }, (_, k) => `${claudeRecord(`R${i + k}`, `summarize: ${TEXT}`)}\n`);
    yield Buffer.from(lines.join(''));
  }
}

test('a job of 200 MB is run in bounded memory', async () => {
  const local = await startLocalService();
  const upload = new Upload({
    client: local.s3,
    params: { Bucket: BUCKET, Key: 'in/a.jsonl', Body: Readable.from(blocks(), { objectMode: false }) },
  });
  await upload.done();
  const before = process.memoryUsage().rss;
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  const arn = await local.create();
  const job = await local.until(arn);
  clearInterval(timer);
  expect(job).toMatchObject({ status: 'Completed', successRecordCount: RECORDS });
  expect((peak - before) / 1e6).toBeLessThan(MOST_MB);
  await local.close();
});
