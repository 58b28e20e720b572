import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { afterTest } from '../../test/after-test.ts';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';

const REFUSAL = 'The provided role arn:aws:iam::000000000000:role/batchrock-local cannot be assumed by bedrock.amazonaws.com.';
const ask = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--force'];

/** A local Bedrock behind a front that refuses the role of so many jobs. */
async function frontThatRefuses(times: number) {
  const server = await localServer();
  let refused = 0;
  const front = createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/model-invocation-job' && refused < times) {
      refused += 1;
      request.resume().on('end', () => {
        response.writeHead(400, { 'content-type': 'application/json', 'x-amzn-errortype': 'ValidationException' });
        response.end(JSON.stringify({ message: REFUSAL }));
      });
      return;
    }
    const { method, headers, url = '/' } = request;
    const onward = httpRequest(new URL(url, server.url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', () => resolve()));
  afterTest(
    () =>
      new Promise((resolve) => {
        front.close(() => resolve());
        front.closeAllConnections();
      }),
  );
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  return { server, url, refused: () => refused };
}

test('a role that is refused at first is asked for again', async () => {
  const { server, url, refused } = await frontThatRefuses(1);
  const cwd = folderWith({ 'in.csv': 'text\na\n' });
  const ran = await cli([...ask, '--endpoint-url', url], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  expect(refused()).toBe(1);
  expect(await jobsOf(server)).toHaveLength(1);
});

test('a role that goes on being refused is told as such', async () => {
  const { server, url, refused } = await frontThatRefuses(Number.POSITIVE_INFINITY);
  const cwd = folderWith({ 'in.csv': 'text\na\n' });
  const ran = await cli([...ask, '--endpoint-url', url], { cwd });
  expect(ran.code).not.toBe(0);
  expect(ran.stderr).toMatch(/^BR-E0504 /m);
  expect(ran.stderr).toContain(`cannot go on: CreateModelInvocationJob: ${REFUSAL}`);
  expect(refused()).toBeGreaterThan(1);
  expect(await jobsOf(server)).toEqual([]);
});
