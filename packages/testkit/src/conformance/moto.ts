import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMotoEnvironment } from '../account/moto/index.ts';
import { startMoto } from '../clients/moto.ts';

/** moto behind a front, on loopback. */
export interface MotoBehindFront {
  /** The endpoint of every service. */
  readonly url: string;
  /** The connection of the next call of an operation is cut when it has been carried out. */
  loseAnswerOf(operation: string): void;
  close(): Promise<void>;
}

/**
 * Starts moto behind a front that lets one call in after another. moto carries out a transaction item by item over the table
 * that everybody reads, and takes all of it back when an item is refused: another call must not come between.
 */
export async function startMotoBehindFront(): Promise<MotoBehindFront> {
  const { bin } = await openMotoEnvironment();
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-conformance-'));
  const moto = await startMoto(bin, folder);
  const target = new URL(moto.url);
  let turn: Promise<unknown> = Promise.resolve();
  let lost: string | undefined;
  const front = createServer((incoming, response) => {
    const isLost = (): boolean => {
      if (lost === undefined || !String(incoming.headers['x-amz-target']).endsWith(`.${lost}`)) return false;
      lost = undefined;
      return true;
    };
    turn = turn.then(() => handOn(incoming, response, target, isLost)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    loseAnswerOf(operation) {
      lost = operation;
    },
    async close() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await moto.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Hands a request on as it came; resolves when the whole answer is there. */
async function handOn(incoming: IncomingMessage, response: ServerResponse, target: URL, isLost: () => boolean): Promise<void> {
  const body = await bodyOf(incoming);
  const { 'transfer-encoding': _, ...headers } = incoming.headers;
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...headers, 'content-length': String(body.length) },
    };
    httpRequest(options, resolve).once('error', reject).end(body);
  });
  const answer = await bodyOf(answered);
  if (isLost()) return void response.destroy();
  response.writeHead(answered.statusCode ?? 502, answered.headers).end(answer);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
