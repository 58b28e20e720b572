import type { IncomingHttpHeaders } from 'node:http';
import type { Permission, Place } from '../judge/index.ts';

/** A request at the front, read to its end. */
export interface FrontRequest {
  readonly method: string;
  /** As it was sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The signing name of the service. */
  readonly service: string;
  readonly region: string;
}

/** Tells what a request needs of IAM. A request may need several permissions, and some of other principals. */
export type Naming = (request: FrontRequest, place: Place) => readonly Permission[];

/** The body of a JSON protocol; an empty object where it is none. */
export function jsonBody(request: FrontRequest): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(request.body.toString());
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

/** True for an object, not for a list or null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
