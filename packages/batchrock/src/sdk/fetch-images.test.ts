import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';
import { CERTIFICATE, type ImageServer, resolverOf, startImageServer } from '../../test/image-server.ts';
import type { FetchImages } from '../request/fetch-images.ts';
import { openSession, startRun } from './index.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function images(answer: (path: string) => Buffer | number): Promise<ImageServer> {
  const server = await startImageServer((request, response) => {
    const found = answer(request.url ?? '');
    if (typeof found === 'number') response.writeHead(found).end();
    else response.writeHead(200).end(found);
  });
  closing.push(() => server.close());
  return server;
}

const line = (i: number, url: string) =>
  `${JSON.stringify({
    custom_id: `task-${i}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: `What is on ${i}?` },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    },
  })}\n`;

/** Lines for images of a server, as a command in a folder of its own. */
async function commandOf(server: ImageServer, paths: readonly string[]) {
  const bedrock = await localServer();
  const file = paths.map((path, i) => line(i, `https://images.test:${server.port}${path}`)).join('');
  const cwd = folderWith({ 'in.jsonl': file });
  const imageReach = { ca: CERTIFICATE, resolve: resolverOf({ 'images.test': ['127.0.0.1'] }), isAllowed: () => true };
  const notices: string[] = [];
  const run = async (
    fetchImages: FetchImages = {},
    more: { readonly new?: boolean; readonly force?: boolean; readonly signal?: AbortSignal } = {},
  ) => {
    const session = await openSession({ stateDir: join(cwd, 'state'), cwd, env: {}, onNotice: (text) => notices.push(text) });
    try {
      const { signal, ...asked } = more;
      const request = { dataset: 'in.jsonl', model: MODEL, endpointUrl: bedrock.url, out: 'out.jsonl', fetchImages, ...asked };
      return await startRun(session, request, { imageReach, ...(signal && { signal }) });
    } finally {
      await session.close();
    }
  };
  const lines = async () =>
    (await readFile(join(cwd, 'out.jsonl'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as { custom_id: string; error: { message: string } | null });
  return { run, lines, bedrock, cwd, notices };
}

describe('images behind URLs of an OpenAI batch file', () => {
  it('are fetched once each and sent; a line whose image cannot be fetched is rejected, and says why', async () => {
    const server = await images((path) => (path.startsWith('/lost') ? 404 : path === '/page' ? Buffer.from('<html>') : PNG));
    const { run, lines, notices } = await commandOf(server, ['/a.png', '/b.png', '/a.png', '/lost?key=secret', '/page']);
    const { status } = await run();
    expect(status).toMatchObject({ rows: 5, succeeded: 3, rejected: 2 });
    expect([...server.asked].sort()).toEqual(['/a.png', '/b.png', '/lost?key=secret', '/page']);
    const errors = (await lines()).map(({ error }) => error?.message);
    expect(errors.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    expect(errors[3]).toMatch(/"https:\/\/images\.test:\d+\/lost\?…", and could not be fetched: it answered 404$/);
    expect(errors[4]).toMatch(/could not be fetched: it is no PNG, JPEG, GIF or WebP$/);
    expect(notices).toContain('images: 2 fetched, 0.0 MB; 2 could not be fetched, and their lines are rejected');
    expect(JSON.stringify([notices, await lines()])).not.toContain('secret');
  });

  it('stay what they were: the same command finds its run, whatever is behind them later', async () => {
    let isUp = true;
    const server = await images((path) => (path === '/sometimes' && isUp ? 404 : PNG));
    const { run, bedrock, notices } = await commandOf(server, ['/a.png', '/sometimes']);
    const first = await run();
    isUp = false;
    const again = await run();
    expect([again.status.run, again.status.rejected, again.output?.unchanged]).toEqual([first.status.run, 1, true]);
    expect([server.asked.length, (await jobsOf(bedrock)).length]).toEqual([2, 1]);
    expect(notices).toContain('the images are those that were fetched for this dataset before');
    const other = await run({}, { new: true, force: true });
    expect([other.status.run === first.status.run, other.status.rejected]).toEqual([false, 0]);
  });

  it('that are there are not fetched again where the command was cut off', async () => {
    const stop = new AbortController();
    const server = await images((path) => {
      if (path === '/last.png') stop.abort();
      return PNG;
    });
    const paths = [...Array.from({ length: 40 }, (_, i) => `/${i}.png`), '/last.png'];
    const { run } = await commandOf(server, paths);
    await expect(run({}, { signal: stop.signal })).rejects.toThrow();
    const before = server.asked.length;
    const { status } = await run();
    expect(status).toMatchObject({ rows: 41, succeeded: 41 });
    // those that were under way may be asked for twice
    expect(server.asked.length - before).toBeLessThanOrEqual(16);
  });

  it('are refused where they are more than allowed in all', async () => {
    const server = await images(() => PNG);
    const { run, bedrock } = await commandOf(server, ['/a.png', '/b.png', '/c.png']);
    await expect(run({ maxTotalBytes: 2 * PNG.length })).rejects.toMatchObject({ code: 'BR-E0120' });
    expect(await jobsOf(bedrock)).toEqual([]);
  });

  it('are never fetched from this machine, nor for a model that sees none, nor for other rows', async () => {
    const server = await images(() => PNG);
    const { cwd } = await commandOf(server, ['/a.png']);
    const file = line(0, `https://127.0.0.1:${server.port}/a.png`);
    const inner = folderWith({ 'in.jsonl': file, 'in.csv': 'a\n1\n' });
    const plan = await cli(['plan', 'in.jsonl', '--model', MODEL, '--fetch-images'], { cwd: inner });
    expect(plan.stdout).toContain('could not be fetched: its host has an address that is not of the public Internet');
    const listed = await cli(['plan', 'in.jsonl', '--model', MODEL, '--fetch-images-from', '*.example.com'], { cwd });
    expect(listed.stdout).toContain('its host, images.test, is none of --fetch-images-from');
    expect(server.asked).toEqual([]);
    const blind = await cli(['plan', 'in.jsonl', '--model', 'amazon.nova-micro-v1:0', '--fetch-images'], { cwd: inner });
    expect([blind.code, blind.stderr]).toEqual([2, expect.stringMatching(/BR-E0120.*takes no images/)]);
    const rows = await cli(['plan', 'in.csv', '--model', MODEL, '--prompt', '{a}', '--fetch-images'], { cwd: inner });
    expect([rows.code, rows.stderr]).toEqual([2, expect.stringMatching(/BR-E0112 --fetch-images is for lines/)]);
  });
});
