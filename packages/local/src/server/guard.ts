import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from '../options.ts';

/**
 * True when the request was addressed to this machine by a name or address of loopback. A page of the web can make a
 * browser send requests here: by a name of its own that resolves to 127.0.0.1 (its name is in Host), or across origins
 * (its name is in Origin).
 */
export function isLocalRequest(request: IncomingMessage): boolean {
  const host = hostOf(request.headers.host);
  if (host === undefined || !isLoopbackHost(host)) return false;
  const origin = request.headers.origin;
  if (origin === undefined) return true;
  return URL.canParse(origin) && isLoopbackHost(hostOf(new URL(origin).host) ?? '');
}

/** The name of a Host header without its port and brackets; undefined for what is not a host. */
export function hostOf(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return match?.[1] ?? match?.[2];
}

/** The bucket of a virtual-host style address: `bucket.localhost` or `bucket.s3.localhost`. */
export function bucketOfHost(host: string): string | undefined {
  const name = host.toLowerCase();
  if (!name.endsWith('.localhost')) return undefined;
  const bucket = name.slice(0, -'.localhost'.length).replace(/(^|\.)s3(\.[a-z0-9-]+)?$/, '');
  return bucket === '' ? undefined : bucket;
}
