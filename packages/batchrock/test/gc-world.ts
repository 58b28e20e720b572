import { createServer, request as sendOn } from 'node:http';
import { join } from 'node:path';
import { ledgerKeys, type RunBody } from '@batchrock/core';
import { openSession, type Session } from '../src/sdk/index.ts';
import { afterTest } from './after-test.ts';
import { cli, folderWith, localServer, MODEL } from './cli-harness.ts';

/** A dataset of 120 rows. */
export const CSV = `id,text\n${Array.from({ length: 120 }, (_, i) => `${i},text ${i}\n`).join('')}`;
/** Whatever its age. */
export const NOW = ['gc', '--older-than', '0s'];

/** What becomes of the n-th call that removes objects, from 1. `lost`: it is done, and nobody is answered. */
type Fate = (call: number) => 'served' | 'refused' | 'held' | 'lost' | Promise<'refused'>;

/** A server, and a folder whose dataset was run there. What removes objects can have another fate than to be served. */
export async function world() {
  const bedrock = await localServer();
  let fate: Fate = () => 'served';
  let calls = 0;
  const server = await serverBefore(bedrock.url, (url) => (/[?&]delete(=|&|$)/.test(url) ? fate(++calls) : 'served'));
  const cwd = folderWith({ 'in.csv': CSV });
  const question = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
  const told = async (...argv: readonly string[]) => JSON.parse((await cli([...argv, '--json'], { cwd })).stdout);
  const { run } = await told(...question);
  const removals = (next: Fate): void => {
    fate = next;
    calls = 0;
  };
  return { server, cwd, question, told, run: run as string, removals };
}

async function serverBefore(behind: string, fateOf: (url: string) => ReturnType<Fate>) {
  const front = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const what = request.method === 'POST' ? await fateOf(request.url ?? '') : 'served';
    if (what === 'held') return;
    if (what === 'refused') {
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end('<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
      return;
    }
    const { host: _, ...headers } = request.headers;
    const passed = sendOn(`${behind}${request.url}`, { method: request.method, headers }, (answer) => {
      if (what === 'lost') return response.destroy();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      return answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    passed.end(Buffer.concat(chunks));
  });
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', () => resolve());
  });
  const close = async (): Promise<void> => {
    front.closeAllConnections();
    await new Promise<void>((resolve) => {
      front.close(() => resolve());
    });
  };
  afterTest(close);
  const address = front.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, close };
}

/** An object of a bucket, by its key below the folder of the run. */
interface Stored {
  readonly key: string;
  readonly size: number;
}

/** What lies in the bucket of a run, as its listing says. */
export async function objectsOf(
  { url }: { readonly url: string },
  run: string,
  bucket = 'batchrock-local',
): Promise<readonly Stored[]> {
  const listing = await (await fetch(`${url}/${bucket}?list-type=2&prefix=runs/${run}/`)).text();
  return [...listing.matchAll(/<Contents>.*?<Key>(.*?)<\/Key>.*?<Size>(\d+)<\/Size>.*?<\/Contents>/gs)].map((found) => ({
    key: (found[1] as string).slice(`runs/${run}/`.length),
    size: Number(found[2]),
  }));
}

/** Whether it stays of a run. */
export const isKept = ({ key }: Stored): boolean =>
  ['run.json', 'prepared.json', 'summary.json', 'owner.json'].includes(key) || key.endsWith('/manifest.json.out');

export const bytesOf = (objects: readonly Stored[]): number => objects.reduce((sum, { size }) => sum + size, 0);

/** A session on the state directory below a folder, until the test ends. */
export async function sessionIn(cwd: string): Promise<Session> {
  const session = await openSession({ stateDir: join(cwd, 'state'), env: {}, cwd });
  afterTest(() => session.close());
  return session;
}

/** Writes an item of a ledger as if a program had left it so. */
export async function patchItem(session: Session, key: string, change: object): Promise<void> {
  const item = await session.ledger.get(key);
  if (item === undefined) throw new Error(`there is no ${key}`);
  const { version, schema, indexes } = item;
  const put = { key, schema, indexes, body: { ...(item.body as object), ...change } };
  if ((await session.ledger.commit([{ put, expect: version }])) !== 'done') throw new Error(`${key} was not taken`);
}

/** The same for a run. */
export async function patchRun(session: Session, run: string, change: Partial<RunBody>): Promise<void> {
  await patchItem(session, ledgerKeys.run(run), change);
}
