import type { IncomingMessage, ServerResponse } from 'node:http';
import { oidOf } from './hub-content.ts';

/** Where contents are stored: an origin of its own, whose addresses are signed and expire. */
export class Storage {
  url = '';
  breakAfter = Number.POSITIVE_INFINITY;
  readonly #contents = new Map<string, Uint8Array>();
  #signature = 1;

  sign(content: Uint8Array): string {
    const oid = oidOf(content);
    this.#contents.set(oid, content);
    return `${this.url}/repos/${oid}?X-Amz-Expires=3600&X-Amz-Signature=${this.#signature}`;
  }

  expire(): void {
    this.#signature += 1;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', this.url);
    const content = this.#contents.get(url.pathname.split('/').at(-1) ?? '');
    // S3 takes one way to authenticate: a token beside a signature is refused
    if (request.headers.authorization !== undefined) response.writeHead(400).end('<Error><Code>InvalidArgument</Code></Error>');
    else if (url.searchParams.get('X-Amz-Signature') !== String(this.#signature))
      response.writeHead(403).end('Request has expired');
    else if (content === undefined) response.writeHead(404).end();
    else this.#give(content, request, response);
  }

  #give(content: Uint8Array, request: IncomingMessage, response: ServerResponse): void {
    const [, first = '', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const from = Number(first);
    const to = last === '' ? content.length : Math.min(content.length, Number(last) + 1);
    if (first !== '' && from >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const range = first === '' ? {} : { 'content-range': `bytes ${from}-${to - 1}/${content.length}` };
    response.writeHead(first === '' ? 200 : 206, { etag: `"${oidOf(content)}-1"`, 'content-length': to - from, ...range });
    const sent = content.subarray(from, Math.min(to, from + this.breakAfter));
    if (sent.length === to - from) response.end(sent);
    else response.write(sent, () => setTimeout(() => response.destroy(), 5));
  }
}
