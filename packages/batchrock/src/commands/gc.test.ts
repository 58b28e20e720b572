import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';
import { bytesOf, CSV, isKept, NOW, objectsOf, sessionIn, world } from '../../test/gc-world.ts';
import type { RunHome } from '../sdk/index.ts';

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
    expect(planned.kept).toEqual([{ run, why: 'no file has all of its results as they are now: --force' }]);
    expect((await cli([...NOW, '--dry-run'], { cwd })).stderr).toContain(`run ${run} stays: no file has all of its`);
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

  test('notes what was written meanwhile where the bucket lets nobody remove', async () => {
    const { cwd, run, removals } = await world();
    const session = await sessionIn(cwd);
    const home = (await session.findHome(run)) as RunHome;
    const file = { path: join(cwd, 'meanwhile.csv'), bytes: 1, xxh128: '0'.repeat(32) };
    removals(async () => {
      await session.noteExports(await session.connect(home.target), run, [file]);
      return 'refused' as const;
    });
    expect((await cli([...NOW, '--yes'], { cwd })).code).toBe(7);
    expect(await session.findHome(run)).toEqual({ ...home, exports: [...home.exports, file] });
  });

  test('takes what it has no answer about for gone', async () => {
    const { server, cwd, told, run, removals } = await world();
    const before = await objectsOf(server, run);
    // a try that was served, and whose answer was lost, is followed by one that is refused
    removals((call) => (call === 1 ? 'lost' : 'refused'));
    expect((await cli([...NOW, '--yes'], { cwd })).code).toBe(7);
    removals(() => 'served');
    expect(await objectsOf(server, run)).toEqual(before.filter(({ key }) => key !== 'parts.jsonl'));
    expect((await cli(['results', '-o', 'again.csv'], { cwd })).stderr).toContain('were removed on');
    expect((await told('gc', '--yes')).garbage).toMatchObject([{ name: run, why: 'begun to be removed' }]);
    expect(await objectsOf(server, run)).toEqual(before.filter(isKept));
  });

  test('removes copies of datasets that no run refers to, a day after they were written at the earliest', async () => {
    const { cwd, told, server } = await world();
    const argv = ['run', '-', '--model', MODEL, '--prompt', '{text}', '--out', 'piped.jsonl', '--endpoint-url', server.url];
    expect((await cli(argv, { cwd, stdin: CSV })).code).toBe(0);
    const spool = join(cwd, 'state', 'spool');
    const [own] = readdirSync(spool) as [string];
    const old = new Date(Date.now() - 40 * 24 * 3_600_000);
    const put = (folder: string, name: string, text: string, at?: Date): string => {
      const path = join(cwd, 'state', folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      if (at !== undefined) utimesSync(path, at, at);
      return path;
    };
    utimesSync(join(spool, own), old, old);
    const noteOf = (xxh128: string): string => JSON.stringify([{ path: join(spool, xxh128), xxh128, bytes: 1 }]);
    const images = put('images', join('f'.repeat(32), 'a'.repeat(64)), 'an image', old);
    put('images', join('f'.repeat(32), `${'b'.repeat(64)}.why`), 'not found', old);
    utimesSync(dirname(images), old, old);
    const copies = {
      nobodys: put('spool', 'a'.repeat(32), 'ten bytes!', old),
      note: put('images', `${'b'.repeat(32)}.json`, noteOf('a'.repeat(32)), old),
      images: dirname(images),
      answers: put('split', `${'a'.repeat(32)}.errors.jsonl`, 'x', old),
      half: put('spool', '.spool.abcdef-1-000000000000.part', 'x', old),
      halfNote: put('images', `.${'b'.repeat(32)}.json.abcdef-1-000000000000.part`, 'x', old),
      halfAnswers: put('split', `.${'a'.repeat(32)}.jsonl.abcdef-1-000000000000.part`, 'x', old),
      scratch: put('scratch', 'batchrock-1-000000000000', 'x', old),
    };
    // somebody has them there, and none of them is called as what we write is, or is it
    const others = [
      put('spool', 'notes.part', 'x', old),
      put('spool', join('a'.repeat(31), 'x'), 'x', old),
      put('images', 'cat.png', 'x', old),
      put('images', `${'c'.repeat(32)}.json`, '{"a":"picture"}', old),
      put('images', join('c'.repeat(32), 'cat.png'), 'x', old),
      put('split', 'train.jsonl', 'x', old),
      put('scratch', join('work', 'a.txt'), 'x', old),
      put('scratch', 'notes.txt', 'x', old),
    ];
    for (const path of others) utimesSync(dirname(path), old, old);
    put('spool', 'c'.repeat(32), 'young');
    put('images', `${'d'.repeat(32)}.json`, noteOf(own), old);
    put('spool', 'e'.repeat(32), 'of a batch', old);
    put('batches', 'one.json', JSON.stringify({ file: join(spool, 'e'.repeat(32)) }), old);

    const planned = await told('gc', '--dry-run');
    expect(planned.garbage.map(({ name }: { name: string }) => name).toSorted()).toEqual(Object.values(copies).toSorted());
    expect(planned.garbage).toContainEqual(
      expect.objectContaining({ kind: 'dataset', name: copies.nobodys, files: 1, bytes: 10 }),
    );
    expect((await cli(['gc', '--dry-run'], { cwd })).stdout).toContain(`copy of a dataset ${copies.nobodys} `);
    const { freed } = await told('gc', '--yes');
    expect(freed.removed.toSorted()).toEqual(Object.values(copies).toSorted());
    const stay = ['c'.repeat(32), 'e'.repeat(32), 'a'.repeat(31), 'notes.part'];
    expect(readdirSync(spool).toSorted()).toEqual([own, ...stay].toSorted());
    expect(others.filter((path) => !existsSync(path))).toEqual([]);
    // with its run goes what only that one refers to, not what is young
    const names = (await told(...NOW, '--yes')).freed.removed as string[];
    expect(names).toContain(join(spool, own));
    expect(readdirSync(spool).toSorted()).toEqual(stay.toSorted());
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
  });

  test('takes no folder for a state directory that has no ledger of ours', async () => {
    const cwd = folderWith({ 'empty/ledger.db': '', 'other/ledger.db': 'my own ledger', 'none/images/cat.png': 'x' });
    for (const [folder, code] of [
      ['missing', 'BR-E0120'],
      ['none', 'BR-E0120'],
      ['empty', 'BR-E0120'],
      ['other', 'BR-E0205'],
    ] as const) {
      const ran = await cli(['gc', '--state-dir', folder, '--yes'], { cwd });
      expect([folder, ran.stderr]).toEqual([folder, expect.stringContaining(code)]);
    }
    expect(existsSync(join(cwd, 'missing'))).toBe(false);
    expect(readdirSync(join(cwd, 'none'))).toEqual(['images']);
  });
});
