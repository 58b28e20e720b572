import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CERTIFICATE, type ImageServer, resolverOf, startImageServer } from '../../test/image-server.ts';
import { fileSource } from '../sources/index.ts';
import { fetchedCopies } from './fetched-copy.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

let folder: string;
let server: ImageServer;
let onAsked: (path: string) => void = () => undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-images-'));
  server = await startImageServer((request, response) => {
    onAsked(request.url ?? '');
    response.writeHead(200).end(PNG);
  });
});
afterEach(async () => {
  onAsked = () => undefined;
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function copied() {
  const url = `https://images.test:${server.port}/a.png`;
  const content = [{ type: 'image_url', image_url: { url } }];
  const line = { custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body: { messages: [{ role: 'user', content }] } };
  const path = join(folder, 'in.jsonl');
  writeFileSync(path, `${JSON.stringify(line)}\n`);
  return fetchedCopies({
    sources: [await fileSource(path, 'in.jsonl', 'hash')],
    how: { format: 'jsonl' },
    pins: [],
    asked: {},
    folder: join(folder, 'images'),
    spool: join(folder, 'spool'),
    reach: { ca: CERTIFICATE, resolve: resolverOf({ 'images.test': ['127.0.0.1'] }), isAllowed: () => true },
    notice: () => undefined,
  });
}

test('a copy is the one that another process has finished meanwhile, whatever it has taken away', async () => {
  const [first] = await copied();
  const known = readdirSync(join(folder, 'images'));
  const kept = [{ path: first?.path, xxh128: first?.xxh128, bytes: first?.bytes }];
  rmSync(join(folder, 'images'), { recursive: true });
  // while this one fetches, the other one ends: it notes its copy and takes the images away
  onAsked = () => {
    for (const name of readdirSync(join(folder, 'images'))) rmSync(join(folder, 'images', name), { recursive: true });
    for (const name of known) writeFileSync(join(folder, 'images', name), JSON.stringify(kept));
  };
  expect(await copied()).toEqual(kept);
});

test.each(['null', '{}', '[]', '[{"path":5}]', '{'])('a note of a copy that is damaged is written anew: %s', async (text) => {
  const first = await copied();
  const [note = ''] = readdirSync(join(folder, 'images'));
  writeFileSync(join(folder, 'images', note), text);
  expect(await copied()).toEqual(first);
});

test('what is taken again is as young as what is new', async () => {
  const [first] = await copied();
  const [note = ''] = readdirSync(join(folder, 'images'));
  const files = [first?.path ?? '', join(folder, 'images', note)];
  const old = new Date(Date.now() - 40 * 24 * 3_600_000);
  for (const file of files) utimesSync(file, old, old);
  expect(await copied()).toEqual([first]);
  expect(files.filter((file) => statSync(file).mtimeMs <= old.getTime())).toEqual([]);
});
