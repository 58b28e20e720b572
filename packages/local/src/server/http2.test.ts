import { createServer } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { acceptHttp2, type Http2Half } from './http2.ts';

let close: () => Promise<void>;
afterEach(() => close());

async function listen(): Promise<{ readonly port: number; readonly http2: Http2Half }> {
  const listener: Parameters<typeof acceptHttp2>[1] = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response
      .writeHead(200, { 'content-type': 'text/plain' })
      .end(`${request.method} ${request.url} ${request.headers.host} ${body.length}`);
  };
  const server = createServer(listener);
  const http2 = acceptHttp2(server, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      http2.close();
    });
  return { port: (server.address() as AddressInfo).port, http2 };
}

test('one port answers both versions, with bodies of any size', async () => {
  const { port } = await listen();
  const body = 'x'.repeat(3_000_000);
  const one = await fetch(`http://127.0.0.1:${port}/a`, { method: 'PUT', body });
  expect(await one.text()).toBe(`PUT /a 127.0.0.1:${port} 3000000`);
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/b' });
  stream.end(body);
  let text = '';
  for await (const chunk of stream) text += chunk;
  expect(text).toBe(`POST /b 127.0.0.1:${port} 3000000`);
  session.close();
});

test('closing does not wait for a connection that never says a word', async () => {
  const { port } = await listen();
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('error', () => undefined);
  await close();
  expect(socket.destroyed || (await new Promise((resolve) => socket.once('close', () => resolve(true))))).toBe(true);
});
