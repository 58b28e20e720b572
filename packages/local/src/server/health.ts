import { get } from 'node:http';
import type { Endpoint } from './endpoint-file.ts';

/** A server on the same machine that says nothing for this long does not serve, in milliseconds. */
const ANSWER_MS = 2000;

/** True when the listener at the endpoint says that it serves the folder with this id. Does not keep the process alive. */
export function isServedBy({ id, host, port }: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: '/_batchrock/health', agent: false, timeout: ANSWER_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        // A foreign program may send anything.
        if (text.length > 10_000) request.destroy();
      });
      response.once('end', () => resolve(text.includes(`"id":"${id}"`)));
      response.once('error', () => resolve(false));
    });
    request.once('socket', (socket) => socket.unref());
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
