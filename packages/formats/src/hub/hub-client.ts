import { CancelledError, type Clock, isBatchrockError, ServiceError } from '@batchrock/core';
import { retryAfterMs } from './retry-after.ts';

/** How a hub is reached. */
export interface HubConnection {
  /** Its URL, without a slash at the end: `https://huggingface.co`. */
  readonly endpoint: string;
  /** Sent to the hub alone, never to where it redirects to. */
  readonly token?: string;
  /** For waiting where the hub asks for it. */
  readonly clock: Clock;
}

/** One request. */
export interface HubRequest {
  readonly signal?: AbortSignal | undefined;
  readonly range?: { readonly from: number; readonly to: number };
  /** What a message calls it. */
  readonly what: string;
}

/** So often a request is sent when the hub is too busy or does not answer. */
const MAX_TRIES = 6;
const FIRST_PAUSE_MS = 500;
/** The hub counts requests over windows of 5 minutes (its "Rate limits", 2026-11): no sensible answer asks for much more. */
const LONGEST_PAUSE_MS = 10 * 60_000;
/** A connection that gives nothing for so long is cut. */
export const IDLE_MS = 60_000;

/** Speaks HTTP with a hub and with the storage behind it. Redirects are answers: the caller decides where to go. */
export class HubClient {
  readonly endpoint: string;
  /** Where the hub tells what it has converted to Parquet. */
  readonly viewer: string;
  readonly hasToken: boolean;
  readonly clock: Clock;
  readonly #token: string | undefined;
  readonly #origins: ReadonlySet<string>;

  constructor({ endpoint, token, clock }: HubConnection) {
    this.endpoint = endpoint;
    // as the `datasets` library derives it; a hub without TLS is one of a test or of a house, which has one host
    this.viewer = endpoint.replace(/^https:\/\//, 'https://datasets-server.');
    this.#token = token;
    this.hasToken = token !== undefined;
    this.clock = clock;
    this.#origins = new Set([new URL(this.endpoint).origin, new URL(this.viewer).origin]);
  }

  /**
   * Sends a GET until there is an answer that is not a passing trouble: 429 and 5xx are waited out as long as the hub says,
   * and so is a connection that breaks. Throws `BR-E0502`, `BR-E0503` or `BR-E0506` when that goes on.
   */
  async get(url: string, request: HubRequest): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#send(url, request).catch((error: unknown) => this.#unreachable(error, url, request));
      if (answer instanceof Response) {
        if (!mayPass(answer)) return answer;
        await answer.body?.cancel();
      }
      const wanted = answer instanceof Response ? retryAfterMs(answer.headers, this.clock.now()) : undefined;
      const pause = wanted ?? FIRST_PAUSE_MS * 2 ** (tries - 1);
      if (tries === MAX_TRIES || pause > LONGEST_PAUSE_MS)
        throw answer instanceof Response ? busy(answer, request, wanted) : answer;
      await this.clock.sleep(pause, request.signal);
    }
  }

  /** True for addresses of the hub itself, false for those of the storage behind it. */
  isHub(url: string): boolean {
    return this.#origins.has(new URL(url).origin);
  }

  async #send(url: string, { signal, range }: HubRequest): Promise<Response> {
    const headers: Record<string, string> = { 'user-agent': 'batchrock', 'accept-encoding': 'identity' };
    if (this.#token !== undefined && this.isHub(url)) headers['authorization'] = `Bearer ${this.#token}`;
    if (range) headers['range'] = `bytes=${range.from}-${range.to - 1}`;
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), IDLE_MS);
    try {
      return await fetch(url, {
        headers,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #unreachable(error: unknown, url: string, { signal, what }: HubRequest): ServiceError {
    if (signal?.aborted) throw new CancelledError(`${what} was cancelled`, { cause: error });
    const known = isBatchrockError(error) ? error : unreachable(error, url, what);
    // a name that does not exist will not exist in a minute either
    if (known.kind !== 'service' || systemCode(error) === 'ENOTFOUND') throw known;
    return known as ServiceError;
  }
}

/** The error for a server that does not answer. */
export function unreachable(cause: unknown, url: string, what: string): ServiceError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const why = inner instanceof Error ? inner.message || inner.name : String(inner);
  return new ServiceError('BR-E0506', `${what}: ${new URL(url).host} does not answer: ${why}`, {
    reason: 'unavailable',
    effect: 'none',
    cause,
    hint: 'check the network, and HF_ENDPOINT if it is set; the same command goes on',
  });
}

function systemCode(error: unknown): unknown {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return typeof inner === 'object' && inner !== null && 'code' in inner ? inner.code : undefined;
}

/** The viewer tells failures that stay with status 500 and a code of their own; only one of them passes. */
function mayPass({ status, headers }: Response): boolean {
  if (status === 429) return true;
  const code = headers.get('x-error-code');
  return status >= 500 && status !== 501 && (code === null || code === 'ResponseNotReady');
}

function busy({ status, headers }: Response, { what }: HubRequest, wanted: number | undefined): ServiceError {
  const isLimit = status === 429;
  const said = headers.get('x-error-message');
  return new ServiceError(
    isLimit ? 'BR-E0502' : 'BR-E0503',
    `${what}: the hub answered ${status}${said === null ? '' : ` (${said})`}, ${MAX_TRIES} times or for longer than can be waited`,
    {
      reason: isLimit ? 'throttled' : 'unavailable',
      effect: 'none',
      ...(wanted === undefined ? {} : { retryAfterMs: wanted }),
      hint: isLimit
        ? 'requests with a token have a higher limit: set HF_TOKEN; or wait, and give the same command again'
        : 'wait, and give the same command again',
    },
  );
}
