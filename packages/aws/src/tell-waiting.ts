import type { NodeHttpHandler } from '@smithy/node-http-handler';

/** Told which server leaves a call without an answer, and for how long: one sentence. */
export type OnWaiting = (text: string) => void;

/** A call that is not answered by then is told: it takes tens of milliseconds, the upload of a block on a slow line seconds. */
const WAIT_MS = 8_000;
/** Of all calls to a server, one so often. */
const BETWEEN_MS = 60_000;

/** Tells when a server takes a request and does not answer: the SDK asks again for minutes before it gives up. */
export function tellWaiting(handler: NodeHttpHandler, onWaiting: OnWaiting): void {
  const handle = handler.handle.bind(handler);
  let toldAt = Number.NEGATIVE_INFINITY;
  handler.handle = async (request, options) => {
    const { protocol, hostname, port, method } = request;
    const timer = setTimeout(() => {
      const now = performance.now();
      if (now - toldAt < BETWEEN_MS) return;
      toldAt = now;
      const server = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      onWaiting(`waiting for ${server}: no answer to a ${method} for ${WAIT_MS / 1000} s`);
    }, WAIT_MS);
    timer.unref();
    try {
      return await handle(request, options);
    } finally {
      clearTimeout(timer);
    }
  };
}
