import { InputError, invariant, type RandomAccess, ServiceError, type Source } from '@batchrock/core';
import { HubByteSource } from './hub-byte-source.ts';
import type { HubClient } from './hub-client.ts';
import { hubRefusal } from './hub-refusal.ts';

/** A file of a dataset where it lies, behind the hub's redirects. */
export interface FoundFile {
  readonly url: string;
  readonly size: number;
  readonly etag: string;
  /** The commit that the hub resolved its revision to; undefined where it does not say. */
  readonly commit: string | undefined;
  /** In the repository at that commit. */
  readonly path: string;
}

const MAX_REDIRECTS = 8;

/** So often the hub is asked anew where a file is when its storage refuses the address that it has just given. */
const MAX_LOOKS = 3;
const LOOK_PAUSE_MS = 1_000;

/**
 * Follows the redirects of a file to where it is stored, with its first byte: the hub's own answers say commit, ETag and
 * size, the last one that ranges are answered. The address found may be signed and expire.
 */
export async function findHubFile(client: HubClient, url: string, dataset: string, signal?: AbortSignal): Promise<FoundFile> {
  for (let looks = 1; ; looks++) {
    const found = await follow(client, url, dataset, signal);
    if (!(found instanceof Response)) return found;
    if (looks === MAX_LOOKS) {
      throw new ServiceError('BR-E0503', `find ${url}: the storage of the hub answers ${found.status}`, {
        reason: 'unavailable',
        effect: 'none',
        details: { status: found.status },
        hint: 'wait, and give the same command again; is the clock of this machine right?',
      });
    }
    await client.clock.sleep(LOOK_PAUSE_MS * looks, signal);
  }
}

/** Where the redirects of a file end, or what the storage at their end says instead. */
async function follow(
  client: HubClient,
  url: string,
  dataset: string,
  signal: AbortSignal | undefined,
): Promise<FoundFile | Response> {
  const what = `find ${url}`;
  let at = url;
  let commit: string | undefined;
  let etag: string | undefined;
  let path: string | undefined;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await client.get(at, { what, signal, range: { from: 0, to: 1 } });
    const { status, headers } = response;
    path ??= pathInRepository(at);
    commit ??= headers.get('x-repo-commit') ?? undefined;
    etag ??= headers.get('x-linked-etag') ?? undefined;
    const next = status >= 300 && status < 400 ? headers.get('location') : null;
    if (next !== null) {
      await response.body?.cancel();
      at = new URL(next, at).href;
      continue;
    }
    if (!response.ok && status !== 416 && client.isHub(at)) throw await hubRefusal(client, response, dataset);
    await response.body?.cancel();
    if (!response.ok && status !== 416) return response;
    const size = sizeOf(response, what);
    return { url: at, size, etag: unquoted(etag ?? headers.get('etag') ?? ''), commit, path: path ?? lastName(at) };
  }
  throw new ServiceError('BR-E0504', `${what}: redirects in a circle`, { reason: 'invalid', effect: 'none' });
}

/** Total size, from the range of the first byte (or, of an empty file, from the refusal of it). */
function sizeOf({ status, headers }: Response, what: string): number {
  const total = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  if (total !== undefined && (status === 206 || status === 416)) return Number(total);
  if (headers.get('content-length') === '0') return 0;
  throw new ServiceError('BR-E0504', `${what}: the server answers no range requests`, {
    reason: 'invalid',
    effect: 'none',
    hint: 'batchrock reads row groups by ranges; a proxy on the way may take them out',
  });
}

/** `…/datasets/owner/name/resolve/<revision>/<path>`; undefined for other addresses. */
function pathInRepository(url: string): string | undefined {
  const path = /\/resolve\/[^/]+\/(.+)$/.exec(new URL(url).pathname)?.[1];
  return path === undefined ? undefined : decodeURIComponent(path);
}

function lastName(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
}

function unquoted(etag: string): string {
  return etag.replace(/^(W\/)?"|"$/g, '');
}

/** The address of the same file at a commit, which never changes, in place of a branch, which does. */
function atCommit(url: string, commit: string | undefined): string {
  return commit === undefined ? url : url.replace(/\/resolve\/[^/]+\//, `/resolve/${commit}/`);
}

/** A file of a hub as a source: found once, and found again whenever its address has expired. */
export class HubFile {
  readonly name: string;
  readonly size: number;
  readonly #client: HubClient;
  readonly #dataset: string;
  readonly #found: FoundFile;
  /** At the hub, at the commit. */
  readonly #address: string;
  /** Where it is stored, as long as that address is good. */
  #place: string;
  #finding: Promise<string> | undefined;

  constructor(client: HubClient, dataset: string, listedUrl: string, found: FoundFile) {
    this.#client = client;
    this.#dataset = dataset;
    this.#found = found;
    this.size = found.size;
    this.name = `hf://${dataset}${found.commit === undefined ? '' : `@${found.commit.slice(0, 12)}`}/${found.path}`;
    this.#address = atCommit(listedUrl, found.commit);
    this.#place = found.url;
  }

  source(): Source {
    const { commit = '', path, etag } = this.#found;
    return {
      name: this.name,
      size: this.size,
      open: async (from = 0, signal) => this.#open(from, this.size, signal),
      openAccess: async () => this.#access(),
      pin: async () => ({ kind: 'hub', bytes: this.size, dataset: this.#dataset, revision: commit, path, etag }),
      // every address names the commit, and every answer is checked against its size
      checkUnchanged: async () => undefined,
    };
  }

  /** Where its bytes come from, for messages. */
  get address(): string {
    return this.#place;
  }

  /** Asks for a range where the file is stored; undefined when its address has expired or does not hold any more. */
  async ask(from: number, to: number, signal: AbortSignal | undefined): Promise<Response | undefined> {
    const response = await this.#client.get(this.#place, { what: `read ${this.name}`, signal, range: { from, to } });
    if (response.status === 206) return this.#checked(response, from);
    await response.body?.cancel();
    if (response.status >= 300 && response.status !== 416 && response.status !== 412) return undefined;
    throw this.#changed();
  }

  /** Finds the place again; callers that come at the same time share one search. */
  async findAgain(signal: AbortSignal | undefined): Promise<void> {
    this.#finding ??= this.#search(signal).finally(() => {
      this.#finding = undefined;
    });
    this.#place = await this.#finding;
  }

  async #search(signal: AbortSignal | undefined): Promise<string> {
    const found = await findHubFile(this.#client, this.#address, this.#dataset, signal);
    if (found.size === this.size && found.etag === this.#found.etag) return found.url;
    throw this.#changed();
  }

  #checked(response: Response, from: number): Response {
    const range = response.headers.get('content-range') ?? '';
    if (range.startsWith(`bytes ${from}-`) && range.endsWith(`/${this.size}`)) return response;
    void response.body?.cancel();
    throw this.#changed();
  }

  #changed(): InputError {
    return new InputError('BR-E0118', `${this.name} changed while it was read`, {
      details: { file: this.name },
      hint: 'give the same command again: it looks at the dataset anew',
    });
  }

  #open(from: number, to: number, signal: AbortSignal | undefined): HubByteSource {
    return new HubByteSource(this, { from, to, signal, clock: this.#client.clock });
  }

  #access(): RandomAccess {
    const readInto = async (from: number, target: Uint8Array, signal?: AbortSignal): Promise<void> => {
      const to = from + target.length;
      invariant(from >= 0 && to <= this.size, `${this.name} has ${this.size} bytes; asked for ${from} to ${to}`);
      const source = this.#open(from, to, signal);
      try {
        const length = await source.readInto(target);
        invariant(length === target.length, `${this.name} gave ${length} of ${target.length} bytes from ${from}`);
      } finally {
        await source.close();
      }
    };
    return {
      size: this.size,
      readInto,
      read: async (from, to, signal) => {
        invariant(from <= to, `${this.name} was asked for ${from} to ${to}`);
        const bytes = new Uint8Array(to - from);
        await readInto(from, bytes, signal);
        return bytes;
      },
      close: async () => undefined,
    };
  }
}
