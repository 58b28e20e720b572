import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterTest } from './after-test.ts';

/** What came in by one post. */
export interface Posted {
  readonly path: string;
  readonly type: string | undefined;
  readonly text: string;
}

/** Answers a post: a status, headers with it, or nothing so far where it ends the answer itself. */
export type Answering = (posted: Posted, nth: number, response: ServerResponse) => number | Record<string, string> | undefined;

/** A webhook on loopback, until the test ends. Answers 204 where nothing else is said. */
export async function webhookServer(answer: Answering = () => 204) {
  const posts: Posted[] = [];
  const server = createServer(async (request, response) => {
    const posted = { path: request.url ?? '', type: request.headers['content-type'], text: await textOf(request) };
    posts.push(posted);
    const said = answer(posted, posts.length, response);
    if (said === undefined) return;
    const { status, ...headers } = typeof said === 'number' ? { status: said } : said;
    response.writeHead(Number(status), headers).end('an answer that nobody reads');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    posts,
    /** What was posted so far, read. */
    documents: () => posts.map(({ text }) => JSON.parse(text)),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
