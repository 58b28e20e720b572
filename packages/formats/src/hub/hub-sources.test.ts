import type { Source } from '@batchrock/core';
import { FakeClock, startHub, type TestDataset, type TestHub } from '@batchrock/testkit';
import { drain } from '@batchrock/testkit/conformance';
import { afterEach, describe, expect, it } from 'vitest';
import { type HubQuestion, openHubDataset } from './index.ts';

const TOKEN = 'hf_secret';
const bytes = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251);
const A = bytes(200_000, 1);
const B = bytes(90_000, 2);
const split = (name: string, ...files: Uint8Array[]) => ({ config: 'default', split: name, files });

let hub: TestHub;
let clock: FakeClock;
afterEach(() => hub.close());

async function hubWith(dataset: TestDataset, token = TOKEN): Promise<void> {
  hub = await startHub({ 'me/data': dataset }, { token });
  clock = new FakeClock({ auto: true });
}

function open(address = 'hf://me/data', question: HubQuestion = {}, token?: string) {
  return openHubDataset({ endpoint: hub.url, clock, ...(token === undefined ? {} : { token }) }, address, question);
}

const allOf = async (source: Source, from = 0) => new Uint8Array(await drain(await source.open(from)));

describe('what the hub has converted to Parquet', () => {
  it('is found in order, pinned to a commit and an ETag, and read from where it is stored', async () => {
    await hubWith({ converted: [split('train', A, B), split('test', bytes(10))] });
    const { sources, description } = await open();
    expect(sources.map((source) => source.size)).toEqual([A.length, B.length]);
    const pins = await Promise.all(sources.map((source) => source.pin()));
    const commit = /at (\w{12})$/.exec(description)?.[1] as string;
    expect(pins[1]).toEqual({
      kind: 'hub',
      bytes: B.length,
      dataset: 'me/data',
      revision: expect.stringMatching(new RegExp(`^${commit}\\w{28}$`)),
      path: 'default/train/0001.parquet',
      etag: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(sources[0]?.name).toBe(`hf://me/data@${commit}/default/train/0000.parquet`);
    expect(await allOf(sources[0]!)).toEqual(A);
    expect(await allOf(sources[1]!, 80_000)).toEqual(B.subarray(80_000));
    const access = await sources[1]!.openAccess();
    expect(await access.read(5, 1000)).toEqual(B.subarray(5, 1000));
    const target = new Uint8Array(500);
    await access.readInto?.(7, target);
    expect(target).toEqual(B.subarray(7, 507));
    await expect(access.read(5, B.length + 1)).rejects.toMatchObject({ kind: 'invariant' });
  });

  it('is looked for once: reads go to the storage, and only for the bytes that are wanted', async () => {
    await hubWith({ converted: [split('train', A)] });
    const [source] = (await open()).sources;
    const looked = hub.requests.length;
    const access = await source!.openAccess();
    for (let from = 0; from < 50_000; from += 10_000) await access.read(from, from + 100);
    const reads = hub.requests.slice(looked);
    expect(new Set(reads.map((request) => request.at))).toEqual(new Set(['storage']));
    expect(reads.map((request) => request.range)).toEqual([0, 1, 2, 3, 4].map((i) => `bytes=${i * 10_000}-${i * 10_000 + 99}`));
    // nothing was fetched whole to find it
    expect(
      hub.requests
        .slice(0, looked)
        .filter((request) => request.at === 'storage')
        .map((request) => request.range),
    ).toEqual(['bytes=0-0']);
  });

  it('is read on when addresses expire and connections break, in the middle of a file too', async () => {
    await hubWith({ converted: [split('train', A)] });
    const [source] = (await open()).sources;
    hub.breakAfter(64_000);
    const reader = await source!.open();
    const block = new Uint8Array(30_000);
    const pieces: Uint8Array[] = [];
    for (let n = await reader.readInto(block); n > 0; n = await reader.readInto(block)) {
      pieces.push(block.slice(0, n));
      hub.expire();
    }
    expect(new Uint8Array(Buffer.concat(pieces))).toEqual(A);
    expect(hub.requests.filter((request) => request.at === 'hub' && request.path.includes('/resolve/')).length).toBeGreaterThan(
      1,
    );
    hub.expire();
    const access = await source!.openAccess();
    const parts = await Promise.all([0, 1, 2, 3].map((i) => access.read(i * 1000, i * 1000 + 500)));
    expect(parts.map((part) => part[0])).toEqual([0, 1000, 2000, 3000].map((i) => A[i]));
  });

  it('stays at its commit when the branch moves on', async () => {
    await hubWith({ converted: [split('train', A)] });
    const [source] = (await open()).sources;
    const before = await source!.pin();
    hub.put('me/data', { converted: [split('train', bytes(200_000, 9))] });
    hub.expire();
    expect(await allOf(source!)).toEqual(A);
    expect(await (await open()).sources[0]!.pin()).not.toEqual(before);
  });

  it('is refused when the branch moves on between two of its files', async () => {
    await hubWith({ converted: [split('train', A, B)] });
    const pin = await (await open()).sources[1]!.pin();
    const before = pin.kind === 'hub' ? `/datasets/me/data/resolve/${pin.revision}/${pin.path}` : '';
    hub.put('me/data', { converted: [split('train', B, B)] });
    hub.failNext(/resolve.*0001/, { status: 302, headers: { location: before } });
    await expect(open()).rejects.toMatchObject({ code: 'BR-E0118', message: expect.stringContaining('changed while its files') });
    expect((await open()).sources).toHaveLength(2);
  });

  it('never shows the token to anybody but the hub', async () => {
    await hubWith({ access: 'private', converted: [split('train', A)] });
    const [source] = (await open('hf://me/data', {}, TOKEN)).sources;
    expect(await allOf(source!)).toEqual(A);
    const seen = (at: 'hub' | 'storage') =>
      new Set(hub.requests.filter((each) => each.at === at).map((each) => each.authorization));
    expect(seen('hub')).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(seen('storage')).toEqual(new Set([undefined]));
  });

  it('waits as long as the hub asks for, and through its short troubles', async () => {
    await hubWith({ converted: [split('train', A)] });
    const start = clock.now();
    hub.failNext(/^\/parquet/, { status: 429, headers: { 'retry-after': '30' } }, { status: 503 });
    hub.failNext(/resolve/, { status: 429, headers: { ratelimit: '"resolvers";r=0;t=100' } }, { status: 502 });
    hub.failNext(/^\/repos/, { status: 500 });
    const [source] = (await open()).sources;
    expect(clock.now() - start).toBeGreaterThanOrEqual(130_000);
    expect(clock.now() - start).toBeLessThan(140_000);
    hub.failNext(/^\/repos/, { status: 503 }, { status: 503 });
    expect(await allOf(source!)).toEqual(A);
  });

  it('asks again where a file is when its storage refuses a new address, and does not call that a denied access', async () => {
    await hubWith({ converted: [split('train', A)] });
    hub.failNext(/^\/repos/, { status: 403 }, { status: 404 });
    expect((await open()).sources).toHaveLength(1);
    hub.failNext(/^\/repos/, { status: 403 }, { status: 403 }, { status: 403 });
    await expect(open()).rejects.toMatchObject({ code: 'BR-E0503', message: expect.stringContaining('answers 403') });
  });

  it('gives up a hub that stays too busy, and says for how long', async () => {
    await hubWith({ converted: [split('train', A)] });
    hub.failNext(/^\/parquet/, { status: 429, headers: { 'retry-after': '7200' } });
    await expect(open()).rejects.toMatchObject({
      code: 'BR-E0502',
      retryAfterMs: 7_200_000,
      hint: expect.stringContaining('HF_TOKEN'),
    });
    hub.failNext(/^\/parquet/, ...Array.from({ length: 6 }, () => ({ status: 503 })));
    await expect(open()).rejects.toMatchObject({ code: 'BR-E0503' });
  });

  it('can be cancelled while it waits, and while it reads', async () => {
    await hubWith({ converted: [split('train', A)] });
    hub.failNext(/^\/parquet/, { status: 429, headers: { 'retry-after': '30' } });
    clock = new FakeClock();
    const controller = new AbortController();
    const opening = open('hf://me/data', { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(opening).rejects.toMatchObject({ kind: 'cancelled' });
    const [source] = (await open()).sources;
    const reader = await source!.open();
    await reader.close();
    await expect(reader.readInto(new Uint8Array(10))).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

describe('configs and splits', () => {
  const several: TestDataset = {
    converted: [
      { config: 'en', split: 'train', files: [A] },
      { config: 'en', split: 'validation', files: [B] },
      { config: 'de', split: 'train', files: [B] },
    ],
    failed: ['fr'],
    pending: ['it'],
  };

  it('are chosen by name; what there is is named where a name is wrong or missing', async () => {
    await hubWith(several);
    expect((await open('hf://me/data/en', { split: 'validation' })).sources[0]?.size).toBe(B.length);
    expect((await open('hf://me/data', { config: 'de' })).description).toContain('config de, split train');
    await expect(open()).rejects.toMatchObject({ code: 'BR-E0112', message: expect.stringContaining('en, de, it, fr') });
    await expect(open('hf://me/data/es')).rejects.toMatchObject({
      code: 'BR-E0101',
      message: expect.stringContaining('it has en, de, it, fr'),
    });
    await expect(open('hf://me/data/en', { split: 'tets' })).rejects.toMatchObject({
      code: 'BR-E0101',
      message: expect.stringContaining('it has train, validation'),
    });
    await expect(open('hf://me/data/en', { config: 'de' })).rejects.toMatchObject({ code: 'BR-E0112' });
  });

  it('that are not converted, or could not be, say so', async () => {
    await hubWith(several);
    await expect(open('hf://me/data/it')).rejects.toMatchObject({
      code: 'BR-E0503',
      message: expect.stringContaining('still converting'),
    });
    await expect(open('hf://me/data/fr')).rejects.toMatchObject({
      code: 'BR-E0114',
      hint: expect.stringContaining('hf://me/data@main'),
    });
    await hub.close();
    await hubWith({ viewerError: 'DatasetGenerationError' });
    await expect(open()).rejects.toMatchObject({ code: 'BR-E0114', message: expect.stringContaining('generation failed') });
    expect(hub.requests.filter((each) => each.path.startsWith('/parquet'))).toHaveLength(1);
  });

  it('that are cut off at 5 GB are refused, unless exactly that is asked for', async () => {
    await hubWith({ converted: [{ ...split('train', A), isPartial: true }, split('test', B)] });
    await expect(open()).rejects.toMatchObject({
      code: 'BR-E0114',
      message: expect.stringContaining('first 5 GB'),
      hint: expect.stringContaining('--split partial-train'),
    });
    expect(await open('hf://me/data', { split: 'partial-train' })).toMatchObject({
      isPartial: true,
      sources: [{ size: A.length }],
    });
    expect(await open('hf://me/data', { split: 'test' })).toMatchObject({ isPartial: false });
  });

  it('are found by the API of a hub that has no viewer', async () => {
    await hubWith({ converted: [{ ...split('train', A), isPartial: true }, split('test', B, A)] });
    hub.failNext(/^\/parquet/, { status: 404 }, { status: 401, headers: { 'x-error-code': 'ExternalUnauthenticatedError' } });
    const { sources } = await open('hf://me/data', { split: 'test' });
    expect(sources.map((source) => source.name.split('/').slice(-3).join('/'))).toEqual([
      'default/test/0000.parquet',
      'default/test/0001.parquet',
    ]);
    expect(await allOf(sources[1]!)).toEqual(A);
    await expect(open()).rejects.toMatchObject({ code: 'BR-E0114', message: expect.stringContaining('first 5 GB') });
  });
});

describe('a dataset that may not be read', () => {
  it('does not exist, as far as the hub says', async () => {
    await hubWith({});
    await expect(open('hf://me/other')).rejects.toMatchObject({ code: 'BR-E0101', hint: expect.stringContaining('HF_TOKEN') });
    await expect(open('hf://me/other', {}, TOKEN)).rejects.toMatchObject({
      code: 'BR-E0101',
      hint: expect.stringContaining('check the name'),
    });
    await expect(open('hf://me/data', {}, 'wrong')).rejects.toMatchObject({
      code: 'BR-E0501',
      message: expect.stringContaining('refuses the token'),
    });
  });

  it('is gated: its terms are to be accepted, and where', async () => {
    await hubWith({ access: 'gated', converted: [split('train', A)] });
    await expect(open()).rejects.toMatchObject({
      code: 'BR-E0501',
      reason: 'denied',
      message: 'me/data is gated',
      hint: `accept its terms at ${hub.url}/datasets/me/data, then set HF_TOKEN`,
    });
    expect((await open('hf://me/data', {}, TOKEN)).sources).toHaveLength(1);
  });

  it('is no name of one', async () => {
    await hubWith({});
    for (const address of ['hf://', 'hf://a/b/c/d', 'hf://../b', 'hf://a/b@', 'hf://a b/c'])
      await expect(open(address)).rejects.toMatchObject({ code: 'BR-E0120' });
  });
});

describe("the owner's own files at a revision", () => {
  const own = {
    'README.md': 'x',
    'data/train-00000-of-00002.parquet': A,
    'data/train-00001-of-00002.parquet': B,
    'data/extra-00000-of-00001.parquet': B,
  };

  it('are those of the split by their names, at the commit that the revision is', async () => {
    await hubWith({ own });
    const { sources } = await open('hf://me/data@main');
    expect(sources.map((source) => source.size)).toEqual([A.length, B.length]);
    const pin = await sources[0]!.pin();
    expect(pin).toMatchObject({ kind: 'hub', path: 'data/train-00000-of-00002.parquet' });
    const commit = pin.kind === 'hub' ? pin.revision : '';
    expect(await (await open('hf://me/data', { revision: commit })).sources[0]!.pin()).toEqual(pin);
    expect((await open('hf://datasets/me/data@main', { split: 'extra' })).sources).toHaveLength(1);
    await expect(open('hf://me/data@gone')).rejects.toMatchObject({ code: 'BR-E0101', message: 'me/data has no revision gone' });
    await expect(open('hf://me/data@main', { split: 'test' })).rejects.toMatchObject({
      message: expect.stringContaining('it has'),
    });
  });

  it('are told by words in their names, or are all train', async () => {
    await hubWith({ own: { 'a/reviews_test.csv': 'x', 'a/training.csv': 'y', 'b.json': '{}', 'a/.hidden.csv': '' } });
    const names = async (question: HubQuestion) =>
      (await open('hf://me/data@main', question)).sources.map((each) => each.name.replace(/.*\//, ''));
    expect(await names({})).toEqual(['training.csv']);
    expect(await names({ split: 'test' })).toEqual(['reviews_test.csv']);
    hub.put('me/data', { own: { 'one.jsonl': '{}', 'two.jsonl.gz': 'x' } });
    expect(await names({})).toEqual(['one.jsonl', 'two.jsonl.gz']);
    hub.put('me/data', { own: { 'model.bin': 'x' } });
    await expect(names({})).rejects.toMatchObject({ code: 'BR-E0102' });
  });

  it('are those that the card of the dataset says', async () => {
    const configs = [
      {
        config_name: 'small',
        data_files: [
          { split: 'train', path: ['s/*.csv', 't/[0-9].csv'] },
          { split: 'test', path: 's/deep/**' },
        ],
      },
      { config_name: 'large', data_dir: 'l', data_files: '*.csv' },
    ];
    await hubWith({
      card: { configs },
      own: { 's/a.csv': '1', 's/deep/x/b.csv': '2', 't/1.csv': '3', 't/x.csv': '4', 'l/c.csv': '5' },
    });
    const names = async (config: string, split?: string) =>
      (await open(`hf://me/data/${config}@main`, { split })).sources.map((each) => each.name.replace(/^.*@\w+\//, ''));
    expect(await names('small')).toEqual(['s/a.csv', 't/1.csv']);
    expect(await names('small', 'test')).toEqual(['s/deep/x/b.csv']);
    expect(await names('large')).toEqual(['l/c.csv']);
    await expect(open('hf://me/data@main')).rejects.toMatchObject({ message: expect.stringContaining('small, large') });
  });
});
