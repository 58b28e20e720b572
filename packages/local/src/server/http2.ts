import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** What HTTP/2 clients begin with; no HTTP/1 request starts with these letters. */
const PREFACE = 'PRI';

/** The HTTP/2 half of a server. */
export interface Http2Half {
  /** Lets running requests end, takes no new ones, and drops connections that have not said a word. */
  close(): void;
  /** Breaks what is still open. */
  destroy(): void;
}

/**
 * Lets a server of HTTP/1 take HTTP/2 without TLS on the same port: the JavaScript SDK speaks it to Bedrock's runtime. The
 * first bytes of a connection tell the two apart. Requests come to the listener in the shape of HTTP/1's.
 */
export function acceptHttp2(server: Server, listener: (request: IncomingMessage, response: ServerResponse) => void): Http2Half {
  const sessions = new Set<ServerHttp2Session>();
  const http2 = createServer({}, (request, response) => {
    request.headers.host ??= request.headers[':authority'];
    // The compatible API of node:http2 has all that is used here.
    listener(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  http2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    // A client that goes away in the middle is its own affair.
    session.on('error', () => session.destroy());
  });

  const takeHttp1 = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    const breakOff = (): void => void socket.destroy();
    const forget = (): void => void silent.delete(socket);
    silent.add(socket);
    socket.on('error', breakOff).once('close', forget);
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return breakOff();
      silent.delete(socket);
      socket.unshift(first);
      socket.off('error', breakOff).off('close', forget);
      if (first.subarray(0, PREFACE.length).toString('latin1') === PREFACE) http2.emit('connection', socket);
      else for (const take of takeHttp1) take.call(server, socket);
    });
  });
  return {
    close() {
      for (const socket of silent) socket.destroy();
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}
