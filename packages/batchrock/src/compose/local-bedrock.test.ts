import { createServer, type RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { askLocalBedrock } from './local-bedrock.ts';

async function asked(answer: RequestListener, patienceMs: number) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  try {
    return await askLocalBedrock(`http://127.0.0.1:${port}`, patienceMs);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a local Bedrock is known by its answer, and any other server by its own', async () => {
  const health = JSON.stringify({ service: 'batchrock-local', speed: 1000, listLagMs: 0 });
  expect(await asked((_, response) => response.end(health), 60_000)).toMatchObject({ tokenTrustMs: 2_000 });
  expect(await asked((_, response) => response.end('{}'), 60_000)).toBeUndefined();
  expect(await asked((_, response) => response.writeHead(404).end('<html>'), 60_000)).toBeUndefined();
  expect(await asked((request) => request.destroy(), 60_000)).toBeUndefined();
});

test('a server that does not answer is not taken for another one: rows of a run would be kept in two ways', async () => {
  await expect(asked(() => undefined, 20)).rejects.toMatchObject({ code: 'BR-E0506' });
});
