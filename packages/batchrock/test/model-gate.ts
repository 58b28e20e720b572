import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterTest } from './after-test.ts';

/** A server in front of a local Bedrock that counts the calls of models, and may keep them from it. */
export interface ModelGate {
  readonly url: string;
  /** Bodies of the calls that came, in order. */
  readonly asked: readonly string[];
  /** Where they went. */
  readonly paths: readonly string[];
  /** Bodies of those that were answered with a model's answer. */
  readonly answered: readonly string[];
  /** Calls that are held. */
  held(): number;
  /** From now on, calls behind the next `calls` are held until `open`. */
  holdAfter(calls: number): void;
  open(): void;
}

/** Opens a gate before the server at `target`, until the test ends. */
export async function modelGate(target: string): Promise<ModelGate> {
  const asked: string[] = [];
  const paths: string[] = [];
  const answered: string[] = [];
  const held = new Set<() => void>();
  let free = Number.POSITIVE_INFINITY;

  const pass = (from: IncomingMessage, to: ServerResponse, body: Buffer, isModel: boolean): void => {
    const { method, headers, url } = from;
    const call = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      if (isModel && answer.statusCode === 200) answered.push(body.toString());
      to.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(to);
    });
    call.on('error', () => to.destroy());
    call.end(body);
  };

  const server = createServer((from, to) => {
    const chunks: Buffer[] = [];
    from.on('data', (chunk: Buffer) => chunks.push(chunk));
    from.on('end', () => {
      const body = Buffer.concat(chunks);
      const isModel = /^\/model\/[^/]+\/(invoke|converse)$/.test(from.url ?? '');
      if (isModel) {
        asked.push(body.toString());
        paths.push(from.url ?? '');
      }
      if (!isModel || free-- > 0) return pass(from, to, body, isModel);
      const go = (): void => pass(from, to, body, isModel);
      held.add(go);
      to.on('close', () => held.delete(go));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    paths,
    answered,
    held: () => held.size,
    holdAfter(calls) {
      free = calls;
    },
    open() {
      free = Number.POSITIVE_INFINITY;
      for (const go of held) go();
      held.clear();
    },
  };
}
