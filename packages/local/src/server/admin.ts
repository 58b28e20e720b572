import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBatchrockError } from '@batchrock/core';
import type { AdminRoute } from './handler.ts';

/** All paths of the administration start with this. No bucket can: names of buckets hold no underscore. */
export const ADMIN_PREFIX = '/_batchrock/';

/** The most that an administration request may carry. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Answers a request below `/_batchrock/` in JSON. */
export async function answerAdmin(
  routes: readonly AdminRoute[],
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const onPath = routes.filter((route) => route.path === path);
  const route = onPath.find((candidate) => candidate.method === request.method);
  if (route === undefined) {
    const known = routes.map((candidate) => `${candidate.method} ${candidate.path}`);
    answer(response, onPath.length === 0 ? 404 : 405, { message: `no ${request.method} ${path} here`, known });
    return;
  }
  try {
    const body = await readJson(request);
    answer(response, 200, (await route.handle({ method: route.method, query, body })) ?? {});
  } catch (error) {
    const refused = error instanceof SyntaxError || (isBatchrockError(error) && error.kind === 'input');
    answer(response, refused ? 400 : 500, { message: error instanceof Error ? error.message : String(error) });
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new SyntaxError(`the body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return size === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
