import { type Clock, ServiceError } from '@batchrock/core';

/** How a document goes to a webhook. */
export interface WebhookOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** Of one try, from the connection to the head of the answer. */
const TIMEOUT_MS = 10_000;
const TRIES = 4;
/** Before the second try; twice as long before each further one. */
const PAUSE_MS = 1_000;
/** A server that asks for more patience than this is left alone. */
const MOST_PAUSE_MS = 30_000;

/** What came of a try: the status of the answer, or why there is none. */
type Tried = { readonly status: number; readonly retryAfterMs: number | undefined } | { readonly failure: string };

/**
 * Posts a document. Tries again where a server is busy or cannot be reached; follows no redirect. Throws a `ServiceError` that has
 * nothing of the address and nothing of the answer in it.
 */
export async function postToWebhook(url: string, body: string, { clock, signal }: WebhookOptions): Promise<void> {
  for (let tries = 1; ; tries++) {
    const tried = await post(url, body, signal);
    if ('status' in tried && tried.status >= 200 && tried.status < 300) return;
    const pauseMs = ('retryAfterMs' in tried ? tried.retryAfterMs : undefined) ?? PAUSE_MS * 2 ** (tries - 1);
    const mayHelp = 'failure' in tried || tried.status === 408 || tried.status === 429 || tried.status >= 500;
    if (!mayHelp || tries === TRIES || pauseMs > MOST_PAUSE_MS) throw notTaken(tried, tries);
    await clock.sleep(pauseMs, signal);
  }
}

async function post(url: string, body: string, signal: AbortSignal | undefined): Promise<Tried> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'batchrock' },
      body,
      redirect: 'manual',
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
    // whatever it says is not read
    await answer.body?.cancel().catch(() => undefined);
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
    return { status: answer.status, retryAfterMs: seconds >= 0 ? seconds * 1000 : undefined };
  } catch (error) {
    signal?.throwIfAborted();
    if (late.aborted) return { failure: `no answer in ${TIMEOUT_MS / 1000} s` };
    // its message may quote the address
    const { code } = ((error as Error).cause ?? error) as { readonly code?: unknown };
    return { failure: typeof code === 'string' ? code : 'it cannot be reached' };
  }
}

function notTaken(tried: Tried, tries: number): ServiceError {
  const isRedirect = 'status' in tried && tried.status >= 300 && tried.status < 400;
  const what =
    'failure' in tried ? tried.failure : `HTTP ${tried.status}${isRedirect ? ', a redirect, which is not followed' : ''}`;
  const hint = 'check the address; nothing else of the run depends on it';
  const message = `the webhook did not take it: ${what}${tries > 1 ? `, ${tries} times` : ''}`;
  return new ServiceError('BR-E0503', message, { reason: 'unavailable', effect: 'unknown', hint });
}
