import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalBedrock } from '../start.ts';
import { BUCKET, type S3Server, startS3Server } from '../testing/s3-server.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

const health = (headers: Record<string, string>) => server.raw('GET', '/_batchrock/health', { headers });

describe('the guard', () => {
  test.each(['localhost', 'localhost:80', '127.0.0.1', '127.1.2.3:9', '[::1]:80', 'bucket.localhost:80', 'LOCALHOST'])(
    'lets requests to %s pass',
    async (host) => {
      expect((await health({ host })).status).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '192.168.0.1',
    '0.0.0.0',
    '[::2]',
    'localhost@evil.example',
  ])('refuses requests to "%s", whatever name it is that led here', async (host) => {
    const answer = await health({ host });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('localhost only');
  });

  test('refuses what the page of another site makes a browser send', async () => {
    expect((await health({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await health({ origin: 'null' })).status).toBe(403);
    expect((await health({ origin: 'http://localhost:3000' })).status).toBe(200);
    const body = 'x';
    const headers = { origin: 'https://evil.example', 'content-length': 1 };
    expect((await server.raw('PUT', `/${BUCKET}/planted`, { headers, body })).status).toBe(403);
    expect((await server.raw('GET', `/${BUCKET}/planted`)).status).toBe(404);
  });

  test('listens on loopback alone', async () => {
    const outward = Object.values(networkInterfaces())
      .flat()
      .find((one) => one !== undefined && !one.internal && one.family === 'IPv4');
    if (outward === undefined) return;
    await expect(fetch(`http://${outward.address}:${new URL(server.url).port}/_batchrock/health`)).rejects.toThrow();
  });
});

describe('the administration', () => {
  test('says who serves which folder', async () => {
    const { id, pid, account, region } = JSON.parse((await health({})).text) as Record<string, unknown>;
    expect({ pid, account, region }).toEqual({ pid: process.pid, account: '000000000000', region: 'us-east-1' });
    await server.restart();
    expect(JSON.parse((await health({})).text)).toMatchObject({ id });
  });

  test('names its paths when asked for another, and refuses what is no JSON', async () => {
    const none = await server.raw('GET', '/_batchrock/nothing');
    expect(none.status).toBe(404);
    expect(none.text).toContain('GET /_batchrock/health');
    expect((await server.raw('POST', '/_batchrock/health')).status).toBe(405);
    const bad = await server.raw('PUT', '/_batchrock/faults', { headers: { 'content-length': 1 }, body: '{' });
    expect(bad.status).toBe(400);
  });
});

test('a request that was signed for a service that is not served is told so', async () => {
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0';
  const answer = await server.raw('POST', '/', { headers: { authorization, 'content-length': 0 } });
  expect(answer.status).toBe(501);
  expect(answer.text).toContain('sqs is not served here');
});

test('a client that kept its connection open over a restart is served on a new one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'batchrock-front-'));
  const agent = new Agent({ keepAlive: true });
  let first = await startLocalBedrock({ dir });
  const { port } = first;
  const ask = () =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = get({ host: '127.0.0.1', port, path: '/_batchrock/health', agent }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode));
      });
      asked.once('error', reject);
    });
  for (let n = 0; n < 5; n++) {
    expect(await ask()).toBe(200);
    await first.close();
    first = await startLocalBedrock({ dir, port });
  }
  expect(await ask()).toBe(200);
  agent.destroy();
  await first.close();
  rmSync(dir, { recursive: true, force: true });
});
