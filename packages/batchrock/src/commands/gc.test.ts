import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, request as sendOn } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { afterTest } from '../../test/after-test.ts';
import { cli, folderWith, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';

const CSV = `id,text\n${Array.from({ length: 120 }, (_, i) => `${i},text ${i}\n`).join('')}`;
const NOW = ['gc', '--older-than', '0s'];

/** What becomes of the n-th call that removes objects, from 1. */
type Fate = (call: number) => 'served' | 'refused' | 'held';

/** A server, and a folder whose dataset was run there. What removes objects can be refused, or held without an answer. */
async function world() {
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
    const what = request.method === 'POST' ? fateOf(request.url ?? '') : 'served';
    if (what === 'held') return;
    if (what === 'refused') {
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end('<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
      return;
    }
    const { host: _, ...headers } = request.headers;
    const passed = sendOn(`${behind}${request.url}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
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

interface Stored {
  readonly key: string;
  readonly size: number;
}

/** What lies in the bucket of a run, as its listing says. */
async function objectsOf({ url }: { readonly url: string }, run: string): Promise<readonly Stored[]> {
  const listing = await (await fetch(`${url}/batchrock-local?list-type=2&prefix=runs/${run}/`)).text();
  return [...listing.matchAll(/<Contents>.*?<Key>(.*?)<\/Key>.*?<Size>(\d+)<\/Size>.*?<\/Contents>/gs)].map((found) => ({
    key: (found[1] as string).slice(`runs/${run}/`.length),
    size: Number(found[2]),
  }));
}

const isKept = ({ key }: Stored): boolean =>
  ['run.json', 'prepared.json', 'summary.json', 'owner.json'].includes(key) || key.endsWith('/manifest.json.out');

const bytesOf = (objects: readonly Stored[]): number => objects.reduce((sum, { size }) => sum + size, 0);

describe('batchrock gc', () => {
  test('says what would go, and removes nothing before somebody agrees', async () => {
    const { server, cwd, told, run } = await world();
    const before = await objectsOf(server, run);
    const going = before.filter((each) => !isKept(each));
    expect(going.length).toBeGreaterThan(4);
    // it ended a moment ago
    expect((await cli(['gc'], { cwd })).stderr).toContain('nothing to remove');
    const planned = await told(...NOW, '--dry-run');
    expect(planned).toMatchObject({ files: going.length, bytes: bytesOf(going), kept: [], freed: null });
    expect(planned.garbage).toMatchObject([{ kind: 'run', name: run, files: going.length, bytes: bytesOf(going), why: 'ended' }]);
    const table = await cli([...NOW, '--dry-run'], { cwd });
    expect(table).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^WHAT .*\nrun ${run} .*ended\n${going.length} files`)),
    });

    for (const options of [{}, { answer: 'n', columns: 80 }]) {
      const refused = await cli(NOW, { cwd, ...options });
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0119') });
      expect(refused.stderr).toContain('add --yes');
    }
    expect((await told(...NOW)).error.code).toBe('BR-E0119');
    expect(await objectsOf(server, run)).toEqual(before);
    const yes = await cli(NOW, { cwd, answer: 'y', columns: 80 });
    expect(yes).toMatchObject({ code: 0, stderr: expect.stringContaining(`${going.length} files`) });
    expect(await objectsOf(server, run)).toEqual(before.filter(isKept));
  });

  test('leaves what is known of a run, and nothing that would send it again', async () => {
    const { server, cwd, told, run, question } = await world();
    const known = ['status', 'list', 'cost'];
    const before = await Promise.all(known.map((name) => told(name)));
    const results = readFileSync(join(cwd, 'in.results.jsonl'), 'utf8');
    const { freed } = await told(...NOW, '--yes');
    expect(freed).toMatchObject({ removed: [run], failed: [] });
    expect(await Promise.all(known.map((name) => told(name)))).toEqual(before);
    expect(readFileSync(join(cwd, 'in.results.jsonl'), 'utf8')).toBe(results);
    for (const argv of [['results'], ['explain', '1'], ['errors'], ['retry', '--all'], question]) {
      const ran = await cli(argv, { cwd });
      expect([argv[0], ran.code]).toEqual([argv[0], 5]);
      expect(ran.stderr).toMatch(/BR-E0208 the rows and outcomes of run r-\w+ were removed on \d{4}-\d\d-\d\d by batchrock gc/);
    }
    // a ledger that never knew the run cannot take it for one that has lost its answers
    const elsewhere = folderWith({ 'in.csv': CSV });
    const adopted = await cli(['adopt', `s3://batchrock-local/runs/${run}`, '--endpoint-url', server.url], { cwd: elsewhere });
    expect(adopted).toMatchObject({ code: 5, stderr: expect.stringContaining('BR-E0208') });
    expect((await cli(question, { cwd: elsewhere })).stderr).toContain('BR-E0207');

    expect(await told(...NOW, '--dry-run')).toMatchObject({ files: 0, garbage: [], kept: [] });
    expect((await told(...question, '--new', '--out', 'again.jsonl')).succeeded).toBe(120);
    expect((await told(...NOW, '--yes')).freed.removed).toHaveLength(1);
  });

  test('works in the state directory of the embedded local Bedrock', async () => {
    const cwd = folderWith({ 'in.csv': CSV });
    expect((await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}'], { cwd })).code).toBe(0);
    const { files, freed } = JSON.parse((await cli([...NOW, '--yes', '--json'], { cwd })).stdout);
    expect(freed).toMatchObject({ files, removed: [expect.stringMatching(/^r-/)] });
    expect(JSON.parse((await cli([...NOW, '--dry-run', '--json'], { cwd })).stdout)).toMatchObject({ garbage: [] });
  });

  test('keeps results that no file has, unless it is told to', async () => {
    const { cwd, told, question } = await world();
    expect((await cli([...question, '--new', '--out', '-'], { cwd })).code).toBe(0);
    const [{ run }] = (await told('list')).runs;
    const planned = await told(...NOW, '--dry-run');
    expect(planned.kept).toEqual([{ run, why: 'its results were never written to a file: --force' }]);
    expect((await cli([...NOW, '--dry-run'], { cwd })).stderr).toContain(`run ${run} stays: its results were never`);
    expect((await told(...NOW, '--dry-run', '--force')).garbage.map((each: { name: string }) => each.name)).toContain(run);
  });

  test('keeps a run that may have a job, whatever is asked for', async () => {
    const server = await localServer({ queueMs: 1e9 });
    const cwd = folderWith({ 'in.csv': CSV });
    const asked = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '-v', '--endpoint-url', server.url];
    const running = spawnCli(asked, { cwd });
    await running.said(/created/);
    const all = [...NOW, '--state', 'ended,stopped', '--force', '--yes', '--json'];
    const told = async () => JSON.parse((await cli(all, { cwd })).stdout);
    expect(await told()).toMatchObject({ garbage: [], kept: [], freed: null });
    expect((await cli(['stop', '--mode', 'abandon'], { cwd })).code).toBe(0);
    await running.ended;
    expect(await told()).toMatchObject({ garbage: [], kept: [{ why: expect.stringContaining('a job of it may live') }] });
  });

  test('ends what was killed in the midst', async () => {
    const { server, cwd, told, run, removals } = await world();
    const before = await objectsOf(server, run);
    const held = new Promise<void>((resolve) => {
      removals((call) => {
        if (call === 1) return 'served';
        resolve();
        return 'held';
      });
    });
    const killed = spawnCli([...NOW, '--yes'], { cwd });
    await held;
    killed.process.kill('SIGKILL');
    await killed.ended;
    removals(() => 'served');
    // the first to go is what a run is adopted by
    expect(await objectsOf(server, run)).toEqual(before.filter(({ key }) => key !== 'parts.jsonl'));
    expect((await told('results')).error.code).toBe('BR-E0208');
    // whatever age is asked for
    expect((await told('gc', '--yes')).garbage).toMatchObject([{ name: run, why: 'begun to be removed' }]);
    expect(await objectsOf(server, run)).toEqual(before.filter(isKept));
    expect((await told(...NOW, '--dry-run')).garbage).toEqual([]);
  });

  test('leaves a run as it was where the bucket lets nobody remove', async () => {
    const { server, cwd, told, run, removals } = await world();
    const before = await objectsOf(server, run);
    removals(() => 'refused');
    const ran = await cli([...NOW, '--yes'], { cwd });
    expect(ran).toMatchObject({ code: 7, stderr: expect.stringContaining(`${run} stays: BR-E0501`) });
    expect(await objectsOf(server, run)).toEqual(before);
    expect((await cli(['results', '-o', 'again.csv'], { cwd })).code).toBe(0);
    await server.close();
    const gone = await told(...NOW, '--dry-run');
    expect(gone.kept).toMatchObject([{ run, why: expect.stringContaining('its objects cannot be looked at') }]);
  });

  test('removes copies of datasets that no run refers to, a day after they were written at the earliest', async () => {
    const { cwd, told, server } = await world();
    const argv = ['run', '-', '--model', MODEL, '--prompt', '{text}', '--out', 'piped.jsonl', '--endpoint-url', server.url];
    expect((await cli(argv, { cwd, stdin: CSV })).code).toBe(0);
    const spool = join(cwd, 'state', 'spool');
    const [own] = readdirSync(spool) as [string];
    const old = new Date(Date.now() - 40 * 24 * 3_600_000);
    const put = (folder: string, name: string, text: string, at?: Date): string => {
      mkdirSync(join(cwd, 'state', folder), { recursive: true });
      const path = join(cwd, 'state', folder, name);
      writeFileSync(path, text);
      if (at !== undefined) utimesSync(path, at, at);
      return path;
    };
    utimesSync(join(spool, own), old, old);
    const copies = {
      nobodys: put('spool', 'a'.repeat(32), 'ten bytes!', old),
      note: put('images', `${'b'.repeat(64)}.json`, JSON.stringify([{ xxh128: 'a'.repeat(32) }]), old),
      half: put('spool', '.spool.abcdef-1-000000000000.part', 'x', old),
    };
    put('spool', 'c'.repeat(32), 'young');
    put('images', `${'d'.repeat(64)}.json`, JSON.stringify([{ xxh128: own }]), old);
    put('spool', 'e'.repeat(32), 'of a batch', old);
    put('batches', 'one.json', JSON.stringify({ file: join(spool, 'e'.repeat(32)) }), old);

    const planned = await told('gc', '--dry-run');
    expect(planned.garbage.map(({ name }: { name: string }) => name).toSorted()).toEqual(Object.values(copies).toSorted());
    expect(planned.garbage).toContainEqual(
      expect.objectContaining({ kind: 'dataset', name: copies.nobodys, files: 1, bytes: 10 }),
    );
    const { freed } = await told('gc', '--yes');
    expect(freed.removed.toSorted()).toEqual(Object.values(copies).toSorted());
    expect(readdirSync(spool).toSorted()).toEqual([own, 'c'.repeat(32), 'e'.repeat(32)].toSorted());
    // with its run goes what only that one refers to, not what is young
    const names = (await told(...NOW, '--yes')).freed.removed as string[];
    expect(names).toContain(join(spool, own));
    expect(readdirSync(spool).toSorted()).toEqual(['c'.repeat(32), 'e'.repeat(32)]);
  });

  test('refuses what it does not know', async () => {
    const cwd = folderWith();
    for (const argv of [
      ['--older-than', 'soon'],
      ['--state', 'running'],
      ['--stack', 'mine'],
    ]) {
      expect(await cli(['gc', ...argv], { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0112') });
    }
    expect(await cli(['gc', '--json'], { cwd })).toMatchObject({ code: 0 });
  });
});
