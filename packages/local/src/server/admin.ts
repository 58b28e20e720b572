import type { IncomingMessage, ServerResponse } from 'node:http';
import { InputError, isBatchrockError } from '@batchrock/core';
import type { AdminRoute } from './handler.ts';

/** All paths of the administration start with this. No bucket can: names of buckets hold no underscore. */
export const ADMIN_PREFIX = '/_batchrock/';

/** The most that an administration request may carry. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Characters of a body that a message shows. */
const MOST_SHOWN = 60;

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
    const body = await readJson(request, path);
    answer(response, 200, (await route.handle({ method: route.method, query, body })) ?? {});
  } catch (error) {
    const refused = isBatchrockError(error) && error.kind === 'input';
    answer(response, refused ? 400 : 500, { message: error instanceof Error ? error.message : String(error) });
  }
}

async function readJson(request: IncomingMessage, path: string): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) {
      throw new InputError('BR-E0120', `the body of ${request.method} ${path} is larger than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  if (size === 0) return undefined;
  const text = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(text);
  } catch (cause) {
    const start = JSON.stringify(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
    throw new InputError(
      'BR-E0120',
      `the body of ${request.method} ${path} is not JSON: ${start}; give an object, names in double quotes`,
      {
        cause,
      },
    );
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
