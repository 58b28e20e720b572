import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeTurn } from './server/folder-lock.ts';
import { ensureLocalBedrock } from './share.ts';
import { startLocalBedrock } from './start.ts';
import { type Child, startChild } from './testing/child.ts';
import { client } from './testing/s3-server.ts';

interface State {
  readonly url: string;
  readonly isServing: boolean;
}

const SHARERS = 4;

let dir: string;
let children: Child<State>[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'batchrock-share-'));
  children = [];
});
afterEach(async () => {
  await Promise.all(children.map((child) => child.kill()));
  rmSync(dir, { recursive: true, force: true });
});

const options = () => ({ dir, buckets: ['shared'], watchMs: 100 });

async function share(): Promise<Child<State>> {
  const child = await startChild<State>('share.ts', options());
  children.push(child);
  return child;
}

/** The child that serves, once there is exactly one. */
async function onlyServer(): Promise<Child<State>> {
  for (;;) {
    const states = await Promise.all(children.map((child) => child.ask()));
    const serving = children.filter((_, n) => states[n]!.isServing);
    expect(serving.length).toBeLessThan(2);
    if (serving[0] !== undefined) return serving[0];
  }
}

test('processes that start together share one server, and each kill -9 leaves it to another at the same address', async () => {
  await Promise.all(Array.from({ length: SHARERS }, share));
  const { url } = children[0]!.first;
  expect(children.map((child) => child.first.url)).toEqual(Array.from({ length: SHARERS }, () => url));
  const s3 = client(url);
  for (let left = SHARERS; left > 1; left--) {
    const Key = `written with ${left} left`;
    await s3.send(new PutObjectCommand({ Bucket: 'shared', Key, Body: Key }));
    const serving = await onlyServer();
    await serving.kill();
    children = children.filter((child) => child !== serving);
    const next = await onlyServer();
    expect((await next.ask()).url).toBe(url);
    // The connection that the client kept is dead: a client of today tries again, this one does not.
    const fresh = client(url);
    const found = await fresh.send(new GetObjectCommand({ Bucket: 'shared', Key }));
    expect(await found.Body!.transformToString()).toBe(Key);
    fresh.destroy();
  }
  s3.destroy();
});

test('whoever comes later finds the server that is there', async () => {
  const first = await ensureLocalBedrock(options());
  const second = await share();
  expect(second.first).toEqual({ url: first.url, isServing: false });
  await first.close();
  expect(first.isServing).toBe(false);
  const served = await onlyServer();
  expect((await served.ask()).url).toBe(first.url);
});

test('nobody starts a server while it is the turn of another process, which may be about to serve', async () => {
  const turn = takeTurn(dir);
  await expect(ensureLocalBedrock({ ...options(), waitMs: 0 })).rejects.toMatchObject({ code: 'BR-E0506' });
  turn?.release();
  const served = await ensureLocalBedrock(options());
  expect(served.isServing).toBe(true);
  await served.close();
});

test('a process that gives up its share while it looks for the server lives until it has', async () => {
  const first = await ensureLocalBedrock(options());
  const child = await startChild<State>('share.ts', { ...options(), watchMs: 0 });
  children.push(child);
  const turn = takeTurn(dir);
  await first.close();
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(Number(new URL(first.url).port), '127.0.0.1', resolve));
  // every look lasts until its patience is over
  const [socket] = (await once(silent, 'connection')) as [Socket];
  child.process.send('close');
  await once(child.process, 'exit');
  expect(child.process.exitCode).toBe(0);
  socket.destroy();
  silent.close();
  turn?.release();
});

test('a share keeps no process alive, neither the one that serves nor one that does not', async () => {
  for (let n = 0; n < 2; n++) {
    const child = await startChild<State>('share.ts', { ...options(), once: true });
    expect(child.first.isServing).toBe(n === 0);
    await once(child.process, 'exit');
    expect(child.process.exitCode).toBe(0);
    if (n === 0) await share();
  }
});

test('a foreign program on the remembered port is left alone: another port is taken', async () => {
  const first = await ensureLocalBedrock(options());
  const { port } = new URL(first.url);
  await first.close();
  const foreign = createServer((socket) => socket.resume().end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
  await new Promise<void>((resolve) => foreign.listen(Number(port), '127.0.0.1', resolve));
  const second = await ensureLocalBedrock(options());
  expect(new URL(second.url).port).not.toBe(port);
  expect(second.isServing).toBe(true);
  await second.close();
  await new Promise((resolve) => foreign.close(resolve));
});

test('a folder that is served cannot be served twice, and says where it is', async () => {
  const shared = await ensureLocalBedrock(options());
  const { port } = new URL(shared.url);
  await expect(startLocalBedrock(options())).rejects.toMatchObject({
    code: 'BR-E0209',
    details: { dir, port: Number(port) },
  });
  await shared.close();
  const alone = await startLocalBedrock(options());
  await alone.close();
});

test('options that are not allowed are refused before anything is touched', async () => {
  const refused = { code: 'BR-E0120' };
  await expect(ensureLocalBedrock({ ...options(), host: '0.0.0.0' })).rejects.toMatchObject(refused);
  await expect(startLocalBedrock({ dir, host: '192.168.0.7' })).rejects.toMatchObject(refused);
  await expect(startLocalBedrock({ dir, account: '123' })).rejects.toMatchObject(refused);
  await expect(startLocalBedrock({ dir, port: 70_000 })).rejects.toMatchObject(refused);
});
