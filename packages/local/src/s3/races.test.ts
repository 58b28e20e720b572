import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, client, type S3Server, startS3Server } from '../testing/s3-server.ts';

const RACERS = 20;
const ROUNDS = 5;

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

/** Runs all at once, each with a client (and so a connection) of its own. The indexes of those that won. */
async function race(run: (racer: number, s3: ReturnType<typeof client>) => Promise<unknown>): Promise<number[]> {
  const clients = Array.from({ length: RACERS }, () => client(server.url));
  const ends = await Promise.allSettled(clients.map((s3, racer) => run(racer, s3)));
  for (const s3 of clients) s3.destroy();
  const losers = ends.filter((end) => end.status === 'rejected').map((end) => end.reason as Error);
  for (const loser of losers) expect(loser).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
  return ends.flatMap((end, racer) => (end.status === 'fulfilled' ? [racer] : []));
}

async function text(Key: string): Promise<string> {
  return (await server.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body!.transformToString();
}

test('20 racers with If-None-Match have one winner, whose bytes are there (PutObject)', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const Key = `put/${round}`;
    const body = (racer: number): string => `racer ${racer} `.repeat(20_000);
    const winners = await race((racer, s3) =>
      s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: body(racer), IfNoneMatch: '*' })),
    );
    expect(winners).toHaveLength(1);
    expect(await text(Key)).toBe(body(winners[0]!));
  }
});

test('20 racers with If-None-Match have one winner, whose bytes are there (CompleteMultipartUpload)', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const target = { Bucket: BUCKET, Key: `multipart/${round}` };
    const winners = await race(async (racer, s3) => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
      const { ETag } = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: `racer ${racer}` }));
      const Parts = [{ PartNumber: 1, ETag }];
      await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' }));
    });
    expect(winners).toHaveLength(1);
    expect(await text(target.Key)).toBe(`racer ${winners[0]}`);
    // The losers' uploads are still theirs to abort, as on S3.
    const { Uploads } = await server.s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: target.Key }));
    expect(Uploads).toHaveLength(RACERS - 1);
  }
});

test('20 racers with If-Match on one version have one winner', async () => {
  const target = { Bucket: BUCKET, Key: 'version' };
  const { ETag } = await server.s3.send(new PutObjectCommand({ ...target, Body: 'first' }));
  const winners = await race((racer, s3) => s3.send(new PutObjectCommand({ ...target, Body: `racer ${racer}`, IfMatch: ETag })));
  expect(winners).toHaveLength(1);
  expect(await text(target.Key)).toBe(`racer ${winners[0]}`);
});

test('readers see one version or another while writers replace it, never a mixture', async () => {
  const target = { Bucket: BUCKET, Key: 'replaced' };
  const body = (n: number): string => String(n % 10).repeat(400_000 + n);
  await server.s3.send(new PutObjectCommand({ ...target, Body: body(0) }));
  const writing = (async () => {
    for (let n = 1; n <= 20; n++) await server.s3.send(new PutObjectCommand({ ...target, Body: body(n) }));
  })();
  const read = async (): Promise<void> => {
    for (let n = 0; n < 15; n++) {
      const seen = await text(target.Key);
      expect(seen).toBe(body(seen.length - 400_000));
    }
  };
  await Promise.all([writing, read(), read(), read()]);
});
