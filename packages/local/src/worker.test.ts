import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { client } from './testing/s3-server.ts';
import { startLocalBedrockInWorker } from './worker.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'batchrock-worker-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a thread serves until it is closed, and the folder can be served again', async () => {
  for (const body of ['first', 'second']) {
    const server = await startLocalBedrockInWorker({ dir, buckets: ['bucket'] });
    const s3 = client(server.url);
    if (body === 'second') {
      const before = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'first' }));
      expect(await before.Body!.transformToString()).toBe('first');
    }
    await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: body, Body: body }));
    s3.destroy();
    await server.close();
    await server.ended;
    await expect(fetch(server.url)).rejects.toThrow();
  }
});

test('what keeps it from starting comes back with its code', async () => {
  const server = await startLocalBedrockInWorker({ dir });
  await expect(startLocalBedrockInWorker({ dir })).rejects.toMatchObject({ kind: 'state', code: 'BR-E0209' });
  const other = mkdtempSync(join(tmpdir(), 'batchrock-worker-'));
  const taken = startLocalBedrockInWorker({ dir: other, port: server.port });
  await expect(taken).rejects.toMatchObject({ kind: 'state', code: 'BR-E0210', details: { port: server.port } });
  await expect(startLocalBedrockInWorker({ dir, host: '::' })).rejects.toMatchObject({ kind: 'input', code: 'BR-E0120' });
  rmSync(other, { recursive: true, force: true });
  await server.close();
});
