import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isHostAllowed } from './allowed-hosts.ts';
import { isPublicAddress } from './public-address.ts';

/** How images behind URLs are reached. Programs that test themselves give their own; everybody else leaves it. */
export interface ImageReach {
  /** The addresses of a host; default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;
  /** Whether an address may be connected to; default: those of the public Internet alone. */
  readonly isAllowed?: (address: string) => boolean;
  /** Certificates to trust in place of the system's, PEM. */
  readonly ca?: string;
}

/** What one image may cost. */
export interface ImageBounds {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Hosts that may be asked: names, and `*.name` for those below one; default: any. */
  readonly hosts?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Why there are no bytes, in words that a message may show; `again`: another attempt may help. */
export class ImageFailure extends Error {
  readonly again: boolean;
  constructor(why: string, again = false) {
    super(why);
    this.again = again;
  }
}

/** Gets the bytes behind a URL. Throws `ImageFailure`. */
export type GetImage = (url: string, bounds: ImageBounds) => Promise<Uint8Array>;

const MAX_REDIRECTS = 3;
const MAX_SOCKETS = 16;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Gets images over HTTPS, each from an address that was looked at: the one that is connected to is the one that was resolved, so a
 * name that resolves otherwise the next time leads nowhere else. Redirects go through the same door.
 */
export function createImageReach(reach: ImageReach = {}): { readonly get: GetImage; close(): void } {
  const isAllowed = reach.isAllowed ?? isPublicAddress;
  const resolve = reach.resolve ?? ((host: string) => lookup(host, { all: true }));
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, lookup: guardedLookup(resolve, isAllowed) });

  const one = (url: URL, bounds: ImageBounds, signal: AbortSignal): Promise<Uint8Array | URL> =>
    new Promise((done, failed) => {
      const headers = { accept: 'image/png,image/jpeg,image/gif,image/webp', 'accept-encoding': 'identity' };
      const asked = request(url, { agent, headers, signal, ...(reach.ca === undefined ? {} : { ca: reach.ca }) });
      asked.on('error', failed);
      asked.on('response', (response) => {
        response.on('error', failed);
        const finish = (result: Promise<Uint8Array | URL>): void => {
          result.then(done, (error: unknown) => {
            asked.destroy();
            failed(error);
          });
        };
        if (!isAllowed(response.socket.remoteAddress ?? '')) finish(Promise.reject(notPublic()));
        else finish(readResponse(url, response, bounds.maxBytes));
      });
      asked.end();
    });

  return {
    async get(url, bounds) {
      const deadline = AbortSignal.timeout(bounds.timeoutMs);
      const signal = bounds.signal === undefined ? deadline : AbortSignal.any([bounds.signal, deadline]);
      let at = reachableUrl(url, bounds.hosts, isAllowed);
      try {
        for (let redirects = 0; ; redirects++) {
          const result = await one(at, bounds, signal);
          if (result instanceof Uint8Array) return result;
          if (redirects === MAX_REDIRECTS) throw new ImageFailure(`it redirects more than ${MAX_REDIRECTS} times`);
          at = reachableUrl(result.href, bounds.hosts, isAllowed);
        }
      } catch (error) {
        bounds.signal?.throwIfAborted();
        if (deadline.aborted) throw new ImageFailure(`it took longer than ${bounds.timeoutMs / 1000} s`, true);
        throw error instanceof ImageFailure ? error : failureOf(error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** A resolver for sockets that gives addresses which may be connected to, or none. */
function guardedLookup(resolve: NonNullable<ImageReach['resolve']>, isAllowed: (address: string) => boolean): LookupFunction {
  return (host, options, done) => {
    resolve(host).then(
      (found) => {
        const [first] = found;
        if (first === undefined) done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
        else if (found.some(({ address }) => !isAllowed(address))) done(notPublic(), '');
        else if (options.all) done(null, [...found]);
        else done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, ''),
    );
  };
}

/** A URL that may be asked; throws `ImageFailure`. Its host, where it is an address, never goes through a resolver. */
export function reachableUrl(text: string, hosts: ImageBounds['hosts'], isAllowed = isPublicAddress): URL {
  const url = URL.parse(text);
  if (url === null) throw new ImageFailure('it is no URL');
  if (url.protocol !== 'https:') throw new ImageFailure('it leads to a URL that is not https');
  if (url.username !== '' || url.password !== '') throw new ImageFailure('its URL has a name or a password in it');
  if (hosts !== undefined && !isHostAllowed(url.hostname, hosts)) {
    throw new ImageFailure(`its host, ${url.hostname}, is none of --fetch-images-from`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowed(host)) throw notPublic();
  return url;
}

/** The bytes of an answer, or where it redirects to. */
async function readResponse(url: URL, response: IncomingMessage, maxBytes: number): Promise<Uint8Array | URL> {
  const status = response.statusCode ?? 0;
  const { location } = response.headers;
  if (REDIRECTS.has(status) && location !== undefined) {
    // what else it says is of no interest, however long it is
    response.destroy();
    const to = URL.parse(location, url.href);
    if (to === null) throw new ImageFailure('it redirects to what is no URL');
    return to;
  }
  if (status !== 200) throw new ImageFailure(`it answered ${status}`, status === 408 || status === 429 || status >= 500);
  const tooLarge = new ImageFailure(`it is larger than ${(maxBytes / (1 << 20)).toFixed(2)} MiB`);
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function notPublic(): ImageFailure {
  return new ImageFailure('its host has an address that is not of the public Internet');
}

function failureOf(error: unknown): ImageFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOTFOUND') return new ImageFailure('its host is not known');
  return new ImageFailure(`no connection (${code})`, true);
}
