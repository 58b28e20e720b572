import type { S3ObjectStore } from '@batchrock/aws';
import type { BatchService, CallOptions, ObjectInfo, ObjectStore, RunPorts } from '@batchrock/core';
import { isOutputKey } from './output-store.ts';

/** What reaches one Region. */
export interface RegionAdapters {
  readonly region: string;
  /** Where jobs of the Region read their input. */
  readonly store: S3ObjectStore;
  /** The same, with the output of jobs where that is elsewhere. */
  readonly objects: ObjectStore;
  readonly service: BatchService;
}

/**
 * Several Regions as one: an ARN says where a job is, lists are of all, and what jobs have written is found wherever it lies. Everything
 * else of a run lies in the first one's bucket; the others hold copies of the input of their jobs.
 */
export function acrossRegions(home: RegionAdapters, others: readonly RegionAdapters[]): Pick<RunPorts, 'objects' | 'service'> {
  const all = [home, ...others];
  const inRegion = (region: string | undefined): RegionAdapters => all.find((each) => each.region === region) ?? home;
  const ofJob = (jobArn: string): BatchService => inRegion(jobArn.split(':')[3]).service;
  return {
    objects: {
      uri: home.objects.uri,
      head: (key, o) => firstOf(placesOf(key), ({ objects }) => objects.head(key, o)),
      open: (key, o) => firstOf(placesOf(key), ({ objects }) => objects.open(key, o)),
      create: (key, o) => home.objects.create(key, o),
      list: (prefix, o) => merged(all.map(({ objects }) => objects.list(prefix, o))),
      async remove(keys, o) {
        for (const { objects } of all) await objects.remove(keys, o);
      },
    },
    service: {
      facts: home.service.facts,
      create: (spec, o) => inRegion(spec.region).service.create(spec, o),
      get: (jobArn, o) => ofJob(jobArn).get(jobArn, o),
      stop: (jobArn, o) => ofJob(jobArn).stop(jobArn, o),
      async *list(query, o) {
        for (const { service } of all) yield* service.list(query, o);
      },
      async stage(spec, o) {
        const to = inRegion(spec.region);
        if (to !== home) await copyInput(home, to, spec.inputUri.slice(to.store.uri.length + 1), o);
      },
    },
  };

  function placesOf(key: string): readonly RegionAdapters[] {
    return isOutputKey(key) ? all : [home];
  }
}

/** Copies what is not there yet: a key of an input always names the same bytes. */
async function copyInput(from: RegionAdapters, to: RegionAdapters, folder: string, o?: CallOptions): Promise<void> {
  for await (const { key, size } of from.store.list(folder, o)) {
    const there = await to.store.head(key, o);
    if (there?.size !== size) await to.store.copyFrom(from.store, key, o);
  }
}

async function firstOf<T>(
  places: readonly RegionAdapters[],
  look: (place: RegionAdapters) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const place of places) {
    const found = await look(place);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Lists in the order of keys as one; a key that is in several is told once, as the first of them has it. */
async function* merged(lists: readonly AsyncIterable<ObjectInfo>[]): AsyncIterable<ObjectInfo> {
  const heads = await Promise.all(
    lists.map(async (list) => {
      const iterator = list[Symbol.asyncIterator]();
      return { iterator, next: await iterator.next() };
    }),
  );
  for (;;) {
    const open = heads.flatMap((head) => (head.next.done ? [] : [{ head, info: head.next.value }]));
    const [first, ...rest] = open;
    if (first === undefined) return;
    const least = rest.reduce((a, b) => (Buffer.compare(Buffer.from(b.info.key), Buffer.from(a.info.key)) < 0 ? b : a), first);
    yield least.info;
    for (const { head, info } of open) if (info.key === least.info.key) head.next = await head.iterator.next();
  }
}
