import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStore } from '@batchrock/testkit/conformance';
import { describe, expect, it } from 'vitest';
import { startLocalBedrock } from '../../../local/src/start.ts';
import { createS3ObjectStore } from '../index.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

for (const prefix of ['', 'some/prefix']) {
  describeObjectStore(`S3 on the local Bedrock${prefix === '' ? '' : ', below a prefix'}`, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'batchrock-s3-'));
    const server = await startLocalBedrock({ dir, port: 0, buckets: ['work'] });
    const store = createS3ObjectStore({ endpoint: server.url, region: 'us-east-1', bucket: 'work', prefix, credentials });
    return {
      store,
      async close() {
        store.destroy();
        await server.close();
        await rm(dir, { recursive: true, force: true });
      },
    };
  });
}

describe('the object store on S3', () => {
  it('refuses a prefix that Bedrock could not name', () => {
    for (const prefix of ['dt=2026-01-01', 'a b', 'a//b', '/a', 'ä']) {
      expect(() => createS3ObjectStore({ region: 'us-east-1', bucket: 'b', prefix })).toThrow(/character|S3 URI/);
    }
  });

  it('says that nobody listens at the endpoint, and that nothing happened', async () => {
    const store = createS3ObjectStore({ endpoint: 'http://127.0.0.1:9', region: 'us-east-1', bucket: 'b', credentials });
    await expect(store.head('x')).rejects.toMatchObject({ code: 'BR-E0506', reason: 'unavailable' });
    store.destroy();
  });
});
