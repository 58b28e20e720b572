import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { createS3ObjectStore } from './s3/s3-object-store.ts';

const answers: ServerResponse[] = [];
const server = createServer((_, response) => {
  answers.push(response);
  if (answers.length === 2) server.emit('both');
});
afterEach(() => {
  vi.useRealTimers();
  server.closeAllConnections();
  server.close();
});

it('tells which server leaves a call without an answer, once a minute, and nothing of one that answers', async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const told: string[] = [];
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const store = createS3ObjectStore({
    region: 'us-east-1',
    endpoint,
    bucket: 'data',
    credentials,
    onWaiting: (text) => told.push(text),
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const calls = [store.head('one'), store.head('two')];
  await once(server, 'both');
  vi.advanceTimersByTime(7_900);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(told).toEqual([`waiting for ${endpoint}: no answer to a HEAD for 8 s`]);
  for (const answer of answers.splice(0)) answer.writeHead(404).end();
  expect(await Promise.all(calls)).toEqual([undefined, undefined]);
  vi.advanceTimersByTime(100_000);
  expect(told).toHaveLength(1);
  store.destroy();
});
