import { cpSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRun, ledgerKeys, objectKeys, readOrders, readOwner, writeOwner, writeText } from '@batchrock/core';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';
import { CSV, NOW, objectsOf, patchItem, patchRun, sessionIn, world } from '../../test/gc-world.ts';
import { findGarbage, type RunHome, removeGarbage, resultsToFile, type Session } from '../sdk/index.ts';
import { submitRun } from '../sdk/submit.ts';

const UNWRITTEN = 'no file has all of its results as they are now: --force';
const AHEAD = 'another copy of this ledger has gone on with it';
const ALL = { olderThan: 0, states: ['ended', 'stopped'] } as const;

interface Planned {
  readonly garbage: readonly { readonly name: string }[];
  readonly kept: readonly { readonly run: string; readonly why: string }[];
}

/** What gc would do to runs of a folder: which go, and why others stay. */
async function planIn(cwd: string, ...more: readonly string[]) {
  const { garbage, kept } = JSON.parse((await cli([...NOW, '--dry-run', '--json', ...more], { cwd })).stdout) as Planned;
  return { goes: garbage.map(({ name }) => name), stays: kept.map(({ why }) => why) };
}

async function portsOf(session: Session, run: string) {
  return (await session.connect(((await session.findHome(run)) as RunHome).target)).ports;
}

describe('gc keeps a run', () => {
  test('unless a file has all of its results as they are now', async () => {
    const { cwd, run } = await world();
    const goes = { goes: [run], stays: [] };
    const stays = { goes: [], stays: [UNWRITTEN] };
    const write = async (...argv: readonly string[]) => expect((await cli(['results', ...argv], { cwd })).code).toBe(0);
    expect(await planIn(cwd)).toEqual(goes);
    rmSync(join(cwd, 'in.results.jsonl'));
    expect(await planIn(cwd)).toEqual(stays);
    expect(await planIn(cwd, '--force')).toEqual(goes);
    await write('--only', 'succeeded', '-o', 'some.csv');
    expect(await planIn(cwd)).toEqual(stays);
    // of several files each
    await write('--max-rows-per-file', '50', '-o', 'many.csv');
    expect(await planIn(cwd)).toEqual(goes);
    const third = join(cwd, 'many-00002.csv');
    const text = readFileSync(third);
    rmSync(third);
    expect(await planIn(cwd)).toEqual(stays);
    writeFileSync(third, text.subarray(1));
    expect(await planIn(cwd)).toEqual(stays);
    // before anything goes they are read
    writeFileSync(third, text.toString().replaceAll('0', '1'));
    expect(await planIn(cwd)).toEqual(goes);
    expect(await cli([...NOW, '--yes'], { cwd })).toMatchObject({
      code: 7,
      stderr: expect.stringContaining(`stays: ${UNWRITTEN}`),
    });
    writeFileSync(third, text);
    expect((await cli([...NOW, '--yes'], { cwd })).code).toBe(0);
  });

  test('whose files an older version has noted, or were written before it came to its end', async () => {
    const { cwd, run } = await world();
    const session = await sessionIn(cwd);
    const { exports } = (await session.findHome(run)) as RunHome;
    expect(exports).toMatchObject([{ whole: { place: join(cwd, 'in.results.jsonl'), files: 1 } }]);
    await patchItem(session, `RUN#${run}/HOME`, { exports: exports.map(({ whole: _, ...each }) => each) });
    expect(await planIn(cwd)).toEqual({ goes: [], stays: [UNWRITTEN] });
    // what stands there already is noted as what it is now
    expect((await cli(['results', '-o', 'in.results.jsonl'], { cwd })).code).toBe(0);
    expect(await planIn(cwd)).toEqual({ goes: [run], stays: [] });
    // something has happened to the run since
    await patchRun(session, run, { seq: 1000 });
    expect((await planIn(cwd)).goes).toEqual([]);

    const waiting = await localServer({ queueMs: 1e9 });
    const question = { dataset: join(cwd, 'in.csv'), model: MODEL, prompt: '{text}', endpointUrl: waiting.url };
    const { run: open } = await submitRun(session, question, { yes: true });
    await resultsToFile(session, open, 'preview.csv');
    expect((await session.findHome(open))?.exports).toEqual([
      { path: join(cwd, 'preview.csv'), bytes: expect.any(Number), xxh128: expect.any(String) },
    ]);
  });

  test('of one of several models, unless the merged file stands', async () => {
    const models = [MODEL, 'amazon.nova-lite-v1:0'];
    const line = (i: number) => ({ model: models[i % 2], messages: [{ role: 'user', content: `${i}` }] });
    const lines = Array.from({ length: 200 }, (_, i) => ({
      custom_id: `task-${i}`,
      method: 'POST',
      url: '/v1/chat/completions',
      body: line(i),
    }));
    const cwd = folderWith({ 'in.jsonl': lines.map((each) => `${JSON.stringify(each)}\n`).join('') });
    const { url } = await localServer();
    const argv = ['run', 'in.jsonl', '--split-models', '--endpoint-url', url, '--out', 'out.jsonl'];
    expect((await cli(argv, { cwd })).code).toBe(0);
    const { goes, stays } = await planIn(cwd);
    expect([goes.length, stays]).toEqual([2, []]);
    // a state directory that is reached by another way has the same answers
    const session = await sessionIn(cwd);
    const old = new Date(Date.now() - 40 * 24 * 3_600_000);
    for (const run of goes) utimesSync(((await session.findHome(run)) as RunHome).output?.path ?? '', old, old);
    symlinkSync(join(cwd, 'state'), join(cwd, 'link'));
    const { garbage } = JSON.parse((await cli(['gc', '--state-dir', 'link', '--dry-run', '--json'], { cwd })).stdout) as Planned;
    expect(garbage).toEqual([]);
    rmSync(join(cwd, 'out.jsonl'));
    expect(await planIn(cwd)).toEqual({ goes: [], stays: [UNWRITTEN, UNWRITTEN] });
  });

  test('that something happened to lately, whenever it was begun', async () => {
    const { cwd, run } = await world();
    const session = await sessionIn(cwd);
    const old = Date.now() - 40 * 24 * 3_600_000;
    await patchRun(session, run, { state: 'stopped', stopMode: 'stop', createdAt: old, endedAt: undefined });
    const month = ['--older-than', '30d', '--state', 'stopped'];
    expect(await planIn(cwd, ...month)).toEqual({ goes: [], stays: [] });
    const { seq = 0 } = (await findRun(session.ledger, run))?.body ?? {};
    await patchItem(session, ledgerKeys.event(run, seq), { at: old });
    // that it was stopped is not in its bucket
    expect(await planIn(cwd, ...month)).toEqual({ goes: [], stays: [AHEAD] });
  });

  test('whose bucket names another owner, also when it does so at the last moment', async () => {
    const { server, cwd, run } = await world();
    const session = await sessionIn(cwd);
    const ports = await portsOf(session, run);
    const report = await findGarbage(session, ALL);
    expect(report.garbage.map(({ name }) => name)).toEqual([run]);
    const before = await objectsOf(server, run);
    const id = (await readOwner(ports, run))?.id ?? '';
    await writeOwner(ports, run, { id: 'another', name: 'somebody' });
    const freed = await removeGarbage(session, report, ALL);
    expect(freed).toMatchObject({ removed: [], failed: [{ name: run, why: 'somebody has taken it over' }] });
    expect((await objectsOf(server, run)).map(({ key }) => key)).toEqual(before.map(({ key }) => key));
    await writeOwner(ports, run, { id, name: 'us' });
    expect((await planIn(cwd)).goes).toEqual([run]);
    await patchRun(session, run, { owner: undefined });
    expect(await planIn(cwd)).toEqual({ goes: [], stays: ['us has taken it over'] });
  });

  test('that may have a job which nobody has seen yet', async () => {
    const { cwd, run } = await world();
    const session = await sessionIn(cwd);
    await patchRun(session, run, { unseenUntil: Date.now() });
    expect(await planIn(cwd, '--force')).toEqual({ goes: [], stays: [expect.stringMatching(/^it was adopted/)] });
  });

  test('that a copy of its ledger has gone on with', async () => {
    const server = await localServer({ faults: { recordFail: 0.2, recordCodes: [400], seed: 5 } });
    const cwd = folderWith({ 'in.csv': CSV });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--max-attempts', '1', '--endpoint-url', server.url];
    expect((await cli(argv, { cwd })).code).toBe(3);
    const session = await sessionIn(cwd);
    const [run = ''] = (await planIn(cwd)).goes;
    cpSync(join(cwd, 'state'), join(cwd, 'copy'), { recursive: true });
    const copied = ['--state-dir', 'copy', '--force'];
    expect((await planIn(cwd, ...copied)).goes).toEqual([run]);
    await fetch(`${server.url}/_batchrock/faults`, { method: 'DELETE' });
    expect((await cli(['retry', '--all'], { cwd })).code).toBe(0);
    expect(await planIn(cwd, ...copied)).toEqual({ goes: [], stays: [AHEAD] });
    expect((await planIn(cwd)).goes).toEqual([run]);
    // either of the two says it: the list of parts, and before there is one the order
    const { objects } = await portsOf(session, run);
    const orders = JSON.stringify(await readOrders({ objects }, run));
    await objects.remove([objectKeys.orders(run)]);
    expect(await planIn(cwd, ...copied)).toEqual({ goes: [], stays: [AHEAD] });
    await writeText(objects, objectKeys.orders(run), orders);
    await objects.remove([objectKeys.parts(run, 2)]);
    expect(await planIn(cwd, ...copied)).toEqual({ goes: [], stays: [AHEAD] });
  });

  test('that was refused, and that a copy of its ledger has begun since', async () => {
    const server = await localServer();
    const cwd = folderWith({ 'in.csv': CSV });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url, '--max-cost'];
    expect((await cli([...argv, '0.000001'], { cwd })).code).toBe(6);
    const session = await sessionIn(cwd);
    const [run = ''] = (await planIn(cwd)).goes;
    cpSync(join(cwd, 'state'), join(cwd, 'copy'), { recursive: true });
    expect((await cli([...argv, '9'], { cwd })).code).toBe(0);
    const stays = { goes: [], stays: [AHEAD] };
    expect(await planIn(cwd, '--state-dir', 'copy')).toEqual(stays);
    // each of what a job leaves says it
    const { objects } = await portsOf(session, run);
    const outputs: string[] = [];
    for await (const { key } of objects.list(objectKeys.outputs(run))) outputs.push(key);
    expect(outputs).not.toEqual([]);
    for (const gone of [[objectKeys.orders(run)], [objectKeys.summary(run)], outputs]) {
      await objects.remove(gone);
      expect(await planIn(cwd, '--state-dir', 'copy')).toEqual(stays);
    }
  });
});
