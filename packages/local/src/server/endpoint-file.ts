import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a data folder remembers about where it is served. */
export interface Endpoint {
  /** The folder's own id: a listener that names it is ours. */
  readonly id: string;
  /** The port of the last server, 0 before the first. */
  readonly port: number;
  readonly host: string;
}

/** Reads `endpoint.json` of a data folder; undefined when there is none that can be read. */
export function readEndpoint(dir: string): Endpoint | undefined {
  let text: string;
  try {
    text = readFileSync(join(dir, 'endpoint.json'), 'utf8');
  } catch {
    return undefined;
  }
  return parseEndpoint(text);
}

/** Writes it, whole or not at all. Only the process that holds the folder's lock may. */
export function writeEndpoint(dir: string, endpoint: Endpoint): void {
  const temporary = join(dir, `endpoint.${process.pid}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(endpoint)}\n`);
  renameSync(temporary, join(dir, 'endpoint.json'));
}

/** The id of a folder that has none yet. */
export function newFolderId(): string {
  return randomBytes(12).toString('hex');
}

/** `http://host:port`, with brackets around an IPv6 address. */
export function endpointUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function parseEndpoint(text: string): Endpoint | undefined {
  try {
    const { id, port, host } = JSON.parse(text) as Partial<Record<keyof Endpoint, unknown>>;
    if (typeof id !== 'string' || typeof port !== 'number' || typeof host !== 'string') return undefined;
    return { id, port, host };
  } catch {
    return undefined;
  }
}
