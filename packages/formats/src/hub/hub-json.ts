import { InputError, ServiceError } from '@batchrock/core';
import type { HubClient, HubRequest } from './hub-client.ts';

/** A JSON object or array of an answer, unknown until it is looked at. */
export type JsonValue = Readonly<Record<string, unknown>>;

/** Renamed datasets redirect to their new name, more than once if need be. */
const MAX_REDIRECTS = 5;

/** An answer of the hub's API, behind its redirects. */
export async function getApi(client: HubClient, url: string, request: HubRequest): Promise<Response> {
  let at = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await client.get(at, request);
    const next = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (next === null) return response;
    await response.body?.cancel();
    at = new URL(next, at).href;
  }
  throw new InputError('BR-E0101', `${request.what}: ${url} redirects in a circle`);
}

/** The body of an answer. Throws `BR-E0504` when it is no JSON. */
export async function readJson(response: Response, what: string): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServiceError('BR-E0504', `${what}: the answer is no JSON`, {
      reason: 'invalid',
      effect: 'none',
      cause,
      hint: 'is HF_ENDPOINT the address of a hub?',
    });
  }
}

/** A value as an object; an empty one when it is none. */
export function asObject(value: unknown): JsonValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonValue) : {};
}

/** A value as a list; an empty one when it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value as text; empty when it is none. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
