import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';
import type { Host } from '../cli/host.ts';
import { runCli } from '../cli/run-cli.ts';

// 0, 2, 3, 5, 6, 7, 130 and 143 are shown beside what they tell: run.test.ts, bad-input.test.ts, ceiling.test.ts, contract.test.ts

const DATASET = { 'in.csv': 'id,text\n1,a\n2,b\n' };
const QUESTION = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url'];

let close = () => {};
afterEach(() => close());

/** A server that answers everything with one refusal, in the words of S3. */
async function refusingServer(status: number, code: string, message: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'REQ42' });
    response.end(`<Error><Code>${code}</Code><Message>${message}</Message><RequestId>REQ42</RequestId></Error>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('4: access is denied; the message has the request id of AWS', async () => {
  const cwd = folderWith(DATASET);
  const ran = await cli([...QUESTION, await refusingServer(403, 'AccessDenied', 'not you')], { cwd });
  expect(ran.code).toBe(4);
  expect(ran.stderr).toMatch(/^BR-E0501 .*\n {2}→ .+\n {2}AWS request id: REQ42\n {2}docs: docs\/errors.md#br-e0501$/m);
});

test('1: a bug of ours asks for a report; -vv shows where it is', async () => {
  const said = async (...argv: string[]) => {
    let stderr = '';
    const stream = {
      write(text: string | Uint8Array): boolean {
        stderr += String(text);
        return true;
      },
    };
    const onSignal = (): never => {
      throw new TypeError('handler is not a function');
    };
    const host = { stdout: stream, stderr: stream, stdin: {}, env: {}, cwd: '/', onSignal } as unknown as Host;
    return { code: await runCli(argv, host), stderr };
  };
  const ran = await said('list');
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/^BR-E0901 unexpected TypeError: handler is not a function\n {2}→ please report it/);
  expect(ran.stderr).not.toMatch(/\n\s+at /);
  expect((await said('list', '-vv')).stderr).toMatch(/\n\s+at /);
});

test('1: a dependency that fails and fails: nothing is lost, and the same command goes on', async () => {
  const cwd = folderWith(DATASET);
  const ran = await cli([...QUESTION, await refusingServer(503, 'ServiceUnavailable', 'come back later')], { cwd });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/^BR-E0503 .*come back later/m);
});

test('5: an object that somebody has spoiled is told by its key', async () => {
  const server = await localServer();
  const cwd = folderWith(DATASET);
  const { run } = JSON.parse((await cli([...QUESTION, server.url, '--json'], { cwd })).stdout);
  const key = `runs/${run}/outcomes/00000-1.jsonl`;
  expect((await fetch(`${server.url}/batchrock-local/${key}`, { method: 'PUT', body: 'not an outcome\n' })).status).toBe(200);
  const ran = await cli(['results', '-o', 'out.jsonl'], { cwd });
  expect(ran.code).toBe(5);
  expect(ran.stderr).toContain(`${key} is damaged`);
});
