import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONVERTED_BRANCH, commitOf, folderOf, oidOf, type TestDataset, type Tree, treeOf } from './hub-content.ts';
import { Storage } from './storage.ts';

/** A request as a server saw it. */
export interface SeenRequest {
  readonly at: 'hub' | 'storage';
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** An answer that takes the place of the right one. */
export interface HubFault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A hub on loopback, as the documentation of the real one tells it, with its storage at another origin. */
export interface TestHub {
  /** For `HF_ENDPOINT`. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Answers the next requests whose path fits so, one each. */
  failNext(path: RegExp, ...faults: readonly HubFault[]): void;
  /** Every signed address given so far is good no more. */
  expire(): void;
  /** Connections of the storage break after so many bytes. */
  breakAfter(bytes: number): void;
  /** Replaces a dataset: its branches move on. */
  put(name: string, dataset: TestDataset): void;
  close(): Promise<void>;
}

/** Starts a hub. `token` is the one that it knows. */
export async function startHub(
  datasets: Readonly<Record<string, TestDataset>>,
  options: { readonly token?: string } = {},
): Promise<TestHub> {
  const requests: SeenRequest[] = [];
  const faults: { readonly path: RegExp; readonly fault: HubFault }[] = [];
  const storage = new Storage();
  const hub = new Hub(new Map(Object.entries(datasets)), storage, options.token);
  const watched =
    (at: SeenRequest['at'], handle: RequestListener): RequestListener =>
    (request, response) => {
      const { range, authorization } = request.headers;
      const path = request.url ?? '';
      requests.push({ at, path, range, authorization });
      const index = faults.findIndex((each) => each.path.test(path));
      const [planned] = index < 0 ? [] : faults.splice(index, 1);
      if (planned) response.writeHead(planned.fault.status, planned.fault.headers).end();
      else handle(request, response);
    };
  const servers = [
    createServer(watched('hub', (request, response) => hub.answer(request, response))),
    createServer(watched('storage', (request, response) => storage.answer(request, response))),
  ] as const;
  const [url, storageUrl] = [await listen(servers[0]), await listen(servers[1])];
  hub.url = url;
  storage.url = storageUrl;
  return {
    url,
    requests,
    failNext: (path, ...planned) => void faults.push(...planned.map((fault) => ({ path, fault }))),
    expire: () => storage.expire(),
    breakAfter: (bytes) => {
      storage.breakAfter = bytes;
    },
    put: (name, dataset) => hub.put(name, dataset),
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The end points that tell what there is, and redirect to where it is stored. */
class Hub {
  url = '';
  readonly #datasets: Map<string, TestDataset>;
  readonly #storage: Storage;
  readonly #token: string | undefined;
  /** Commits of all times, as a hub keeps them. */
  readonly #commits = new Map<string, Tree>();

  constructor(datasets: Map<string, TestDataset>, storage: Storage, token: string | undefined) {
    this.#datasets = datasets;
    this.#storage = storage;
    this.#token = token;
  }

  put(name: string, dataset: TestDataset): void {
    for (const branch of ['main', CONVERTED_BRANCH]) this.#head(name, branch);
    this.#datasets.set(name, dataset);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', this.url);
    if (url.pathname === '/parquet') {
      const name = url.searchParams.get('dataset') ?? '';
      if (this.#mayRead(name, request, response)) this.#viewer(name, response);
      return;
    }
    const [, api, name = '', rest = ''] = /^\/(api\/)?datasets\/([^/]+\/[^/]+)\/?(.*)$/.exec(url.pathname) ?? [];
    if (!this.#mayRead(name, request, response)) return;
    const [what = '', ...path] = rest.split('/');
    if (what === 'resolve') this.#resolve(name, path, response);
    else if (api === undefined) refuse(response, 404, 'EntryNotFound');
    else if (what === 'parquet') this.#parquet(name, path, response);
    else if (what === 'tree') this.#tree(name, path, url, response);
    else this.#info(name, what === 'revision' ? path.join('/') : 'main', response);
  }

  #mayRead(name: string, { headers }: IncomingMessage, response: ServerResponse): boolean {
    const given = headers.authorization?.replace('Bearer ', '');
    const dataset = this.#datasets.get(name);
    if (given !== undefined && given !== this.#token) refuse(response, 401, 'InvalidToken', 'Invalid username or password.');
    else if (dataset === undefined || (dataset.access === 'private' && given === undefined))
      refuse(response, given === undefined ? 401 : 404, 'RepoNotFound', 'Repository not found');
    else if (dataset.access === 'gated' && given === undefined)
      refuse(response, 401, 'GatedRepo', 'Access to this dataset is restricted');
    else return true;
    return false;
  }

  #viewer(name: string, response: ServerResponse): void {
    const { converted = [], pending = [], failed = [], viewerError } = this.#dataset(name);
    if (viewerError !== undefined) {
      refuse(response, 500, viewerError, 'The dataset generation failed');
      return;
    }
    const job = (config: string) => ({ kind: 'config-parquet', dataset: name, config, split: null });
    const files = converted.flatMap((each) =>
      each.files.map((file, i) => {
        const filename = `${String(i).padStart(4, '0')}.parquet`;
        const url = `${this.url}/datasets/${name}/resolve/${encodeURIComponent(CONVERTED_BRANCH)}/${folderOf(each)}/${filename}`;
        return { dataset: name, config: each.config, split: each.split, url, filename, size: file.length };
      }),
    );
    const partial = converted.some((each) => each.isPartial);
    json(response, { parquet_files: files, pending: pending.map(job), failed: failed.map(job), partial });
  }

  #info(name: string, revision: string, response: ServerResponse): void {
    const { access, card = {} } = this.#dataset(name);
    const commit = this.#commitOf(name, decodeURIComponent(revision));
    if (commit === undefined) refuse(response, 404, 'RevisionNotFound', 'Invalid rev id');
    else json(response, { id: name, sha: commit, private: access === 'private', gated: access === 'gated', cardData: card });
  }

  /** Two a page, so that every listing has several. */
  #tree(name: string, [revision = '']: readonly string[], url: URL, response: ServerResponse): void {
    const tree = this.#commits.get(this.#commitOf(name, decodeURIComponent(revision)) ?? '') ?? new Map<string, Uint8Array>();
    const items = [...tree].map(([path, content]) => ({ type: 'file', path, size: content.length, oid: oidOf(content) }));
    items.splice(0, 0, { type: 'directory', path: 'data', size: 0, oid: '' });
    const at = Number(url.searchParams.get('cursor') ?? 0);
    const next = new URL(url);
    next.searchParams.set('cursor', String(at + 2));
    json(response, items.slice(at, at + 2), at + 2 < items.length ? { link: `<${next.href}>; rel="next"` } : {});
  }

  #parquet(name: string, [config, split, file]: readonly string[], response: ServerResponse): void {
    const converted = this.#dataset(name).converted ?? [];
    if (file !== undefined) {
      const path = `${config}/${split}/${file.padStart('0000.parquet'.length, '0')}`;
      const location = `/datasets/${name}/resolve/${encodeURIComponent(CONVERTED_BRANCH)}/${path}`;
      response.writeHead(302, { location }).end();
      return;
    }
    const listing: Record<string, Record<string, string[]>> = {};
    for (const each of converted) {
      const folder = folderOf(each).split('/')[1] ?? '';
      listing[each.config] ??= {};
      listing[each.config]![folder] = each.files.map(
        (_, i) => `${this.url}/api/datasets/${name}/parquet/${each.config}/${folder}/${i}.parquet`,
      );
    }
    json(response, listing);
  }

  #resolve(name: string, [revision = '', ...path]: readonly string[], response: ServerResponse): void {
    const commit = this.#commitOf(name, decodeURIComponent(revision));
    const content = this.#commits.get(commit ?? '')?.get(decodeURIComponent(path.join('/')));
    if (content === undefined) {
      refuse(response, 404, commit === undefined ? 'RevisionNotFound' : 'EntryNotFound', 'not found');
      return;
    }
    response.writeHead(302, {
      location: this.#storage.sign(content),
      'x-repo-commit': commit ?? '',
      'x-linked-etag': `"${oidOf(content)}"`,
      'x-linked-size': content.length,
    });
    response.end();
  }

  #dataset(name: string): TestDataset {
    return this.#datasets.get(name) ?? {};
  }

  /** The commit that a branch or a commit's own name means. */
  #commitOf(name: string, revision: string): string | undefined {
    return this.#head(name, revision) ?? (this.#commits.has(revision) ? revision : undefined);
  }

  /** The commit at the end of a branch; undefined when there is no such branch. */
  #head(name: string, branch: string): string | undefined {
    const tree = treeOf(this.#dataset(name), branch);
    if (tree === undefined) return undefined;
    const commit = commitOf(tree);
    this.#commits.set(commit, tree);
    return commit;
  }
}

function json(response: ServerResponse, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string, error = code): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-error-code': code });
  response.end(JSON.stringify({ error }));
}
