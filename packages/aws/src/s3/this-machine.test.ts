import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createS3ObjectStore } from './s3-object-store.ts';
import { isOnThisMachine } from './this-machine.ts';

it.each([
  ['http://127.0.0.1:4566', true],
  ['http://127.8.9.10', true],
  ['http://localhost:1', true],
  ['http://[::1]:1', true],
  ['https://s3.eu-west-1.amazonaws.com', false],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
  ['http://128.0.0.1', false],
  ['not a url', false],
  [undefined, false],
])('%s is on this machine: %s', (endpoint, expected) => {
  expect(isOnThisMachine(endpoint)).toBe(expected);
});

it('sends the server on this machine neither a checksum nor a question before the bytes', async () => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    request.resume().on('end', () => response.writeHead(200, { etag: '"e"' }).end());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  const store = createS3ObjectStore({ endpoint, bucket: 'b', region: 'us-east-1', credentials });
  const sink = store.create('k');
  const block = sink.block();
  await sink.write(block.subarray(0, 4_000_000));
  await sink.commit();
  store.destroy();
  await new Promise((resolve) => void server.close(resolve));
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ 'content-length': '4000000', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' });
  const names = Object.keys(seen[0]!);
  expect(names.filter((name) => name.includes('checksum') || name === 'expect' || name === 'x-amz-trailer')).toEqual([]);
});
