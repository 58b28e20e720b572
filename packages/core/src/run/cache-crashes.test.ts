import { Buffer } from 'node:buffer';
import { beginLife, type Fault, MemoryLedger } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { adoptRun } from '../adopt/index.ts';
import type { AnswerCache, CreateOptions, ObjectInfo, ObjectSink } from '../ports/index.ts';
import {
  type CachedPorts,
  type CachedRun,
  cachedPorts,
  liveCached,
  prepareCached,
  resultsOf,
  runId,
  sentRows,
} from '../testing/cached-world.ts';
import { runCounts } from './counts.ts';
import { driveRun } from './drive.ts';
import type { RunPorts } from './ports.ts';

/** Its answers are in the cache when the run that is killed begins. */
const BEFORE: CachedRun = { prefix: 'a1', texts: ['a', 'b', 'c', 'd'] };
/** Puts more of them there, while that run is dead. */
const MEANWHILE: CachedRun = { prefix: 'b2', texts: ['x', 'y', 'a', 'z'] };
const RUN: CachedRun = { prefix: 'c3', texts: ['x', 'a', 'v', 'y', null, 'b', 'w', 'c', 'z', 'y', 'x', 'd', 'u', 'a'] };

/** What may become of a cache while nobody looks. */
const CHANGES: readonly ((ports: CachedPorts) => Promise<void>)[] = [
  (ports) => liveCached(ports, MEANWHILE),
  async (ports) => ports.answers.clear(),
  async (ports) => {
    ports.answers.clear((n) => n % 2 === 0);
    await liveCached(ports, MEANWHILE);
  },
];

const IMMUTABLE = /^runs\/[^/]+\/(?:(?:input|outcomes|rows)\/\d{5}|(?:run\.json|parts\.jsonl)$)/;

/** A world that fails when an object of a part becomes another, or is gone. */
async function newWorld(): Promise<CachedPorts> {
  const ports = cachedPorts((id, attempt) => (attempt === 1 && id === 'c3000000200' ? { errorCode: 500 } : 'succeeded'));
  await liveCached(ports, BEFORE);
  const seen = new Map<string, Buffer>();
  ports.objects.hook = ({ call, about, moment }) => {
    if (moment !== 'after') return;
    for (const key of call === 'create' ? [about] : call === 'remove' ? about.split(' ') : []) {
      if (!IMMUTABLE.test(key)) continue;
      const now = Buffer.from(ports.objects.bytes(key) ?? []);
      if (seen.has(key) && (call === 'remove' || !now.equals(seen.get(key)!))) throw new Error(`${key} has changed`);
      seen.set(key, now);
    }
  };
  return ports;
}

/** Every row has one outcome, what was sent is what had none, and whatever any life has shown of the run still holds. */
async function checkEnd(ports: CachedPorts): Promise<void> {
  const { reading, rows } = await resultsOf(ports, RUN);
  const sent = new Set(sentRows(ports, RUN));
  for (const [i, row] of rows.entries()) {
    if (RUN.texts[i] === null) expect(row.status).toBe('rejected');
    else if (sent.has(i)) expect(row.response).toBe(`answer to ${row.record_id}`);
    else expect(row.response).toMatch(/^answer to (a1|b2)/);
  }
  const counts = runCounts(reading.run, reading.parts);
  const cached = rows.length - 1 - sent.size;
  expect(counts).toMatchObject({ rows: 14, cached, rejected: 1, succeeded: 13, failed: 0, pending: 0 });
  expect(counts.outputTokens).toBe(2 * sent.size);
  const names = ports.service.jobs.map((job) => job.spec.jobName);
  expect(names).toHaveLength(new Set(names).size);
}

/** Gives the command again until it is through. */
async function goOn(ports: CachedPorts): Promise<void> {
  await liveCached(ports, RUN);
  await checkEnd(ports);
}

describe('a run with a cache whose process dies at any moment', () => {
  it('ends in consistent counts, with nothing that was visible replaced, however the cache has changed', async () => {
    const calm = await newWorld();
    const { ports, calls } = beginLife(calm);
    await liveCached(ports, RUN);
    await checkEnd(calm);
    const moments = calls.flatMap(({ call, moment }, at) =>
      moment === 'after' && ['commit', 'create', 'remove', 'put'].includes(call) ? [at] : [],
    );
    expect(moments.length).toBeGreaterThan(40);
    for (const [i, at] of moments.entries()) {
      const world = await newWorld();
      const first = beginLife(world, { at, kind: 'crash' });
      await Promise.race([liveCached(first.ports, RUN), first.crashed]);
      await CHANGES[i % CHANGES.length]!(world);
      // with its ledger, and without: then it is prepared again from its first row where it was not prepared to its end
      const second = i % 4 < 2 ? world : { ...world, ledger: new MemoryLedger() };
      if (second !== world) await adoptRun(second, runId(RUN)).catch(() => undefined);
      await goOn(second).catch((cause: unknown) => {
        throw new Error(`died at ${at}: ${JSON.stringify(calls[at])}`, { cause });
      });
    }
  });

  it('ends in consistent counts when a call fails or its answer is lost', async () => {
    const calm = await newWorld();
    const { ports, calls } = beginLife(calm);
    await prepareCached(ports, RUN);
    for (let at = 0; at < calls.length; at += 3) {
      const world = await newWorld();
      const fault: Fault = { at, kind: 'lost' };
      await liveCached(beginLife(world, fault).ports, RUN).catch(() => undefined);
      await liveCached(world, MEANWHILE);
      await goOn(world).catch((cause: unknown) => {
        throw new Error(`lost at ${at}: ${JSON.stringify(calls[at])}`, { cause });
      });
    }
  });
});

/** Ports through which the n-th upload of some objects stays on its way; `land` makes it arrive. */
function delaying(ports: CachedPorts, which: (key: string) => boolean, n: number) {
  let seen = 0;
  let land = async (): Promise<unknown> => undefined;
  let isDead = false;
  const never = new Promise<never>(() => {});
  let die = () => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const create = (key: string, o?: CreateOptions): ObjectSink => {
    const sink = ports.objects.create(key, o);
    const commit = (): Promise<ObjectInfo> => {
      if (isDead) return never;
      if (!which(key) || seen++ !== n) return sink.commit();
      isDead = true;
      land = () => sink.commit().catch(() => undefined);
      die();
      return never;
    };
    return {
      blockBytes: sink.blockBytes,
      block: () => sink.block(),
      write: (full) => sink.write(full),
      commit,
      abort: () => sink.abort(),
    };
  };
  const { objects } = ports;
  const store = {
    uri: objects.uri,
    head: objects.head.bind(objects),
    open: objects.open.bind(objects),
    list: objects.list.bind(objects),
    remove: objects.remove.bind(objects),
    create,
  };
  return { ports: { ...ports, objects: store } as RunPorts, died, land: () => land(), seen: () => seen };
}

describe('what a dead process had on its way', () => {
  it('decides which rows are sent where it arrives first, and changes nothing where it arrives late', async () => {
    const isDecision = (key: string) => key.startsWith(`runs/${runId(RUN)}/outcomes/`) && key.endsWith('-0.jsonl');
    for (const isNew of [true, false]) {
      for (let n = 0; n < 4; n++) {
        const calm = beginLife(await newWorld());
        await prepareCached(calm.ports, RUN);
        for (let moment = 0; moment < calm.calls.length; moment += 9) {
          const world = await newWorld();
          const first = delaying(world, isDecision, n);
          const isDead = await Promise.race([prepareCached(first.ports, RUN).then(() => false), first.died.then(() => true)]);
          if (!isDead) break;
          await liveCached(world, MEANWHILE);
          const second: CachedPorts = isNew ? world : { ...world, ledger: new MemoryLedger() };
          let calls = 0;
          const hook = world.objects.hook;
          world.objects.hook = async (call) => {
            if (calls++ === moment) await first.land();
            await hook?.(call);
          };
          await goOn(second).catch((cause: unknown) => {
            throw new Error(`upload ${n} lands at call ${moment}`, { cause });
          });
        }
      }
    }
  });
});

describe('two processes that prepare one run at once', () => {
  it('agree, though each sees another cache', async () => {
    for (let turns = 0; turns < 40; turns += 4) {
      const world = await newWorld();
      const other = await newWorld();
      await liveCached(other, MEANWHILE);
      const slow: AnswerCache = {
        find: async (...asked) => {
          for (let i = 0; i < turns; i++) await Promise.resolve();
          return other.answers.find(...asked);
        },
        put: (...asked) => other.answers.put(...asked),
      };
      const both = [prepareCached(world, RUN), prepareCached({ ...world, answers: slow }, RUN)];
      const settled = await Promise.allSettled(both);
      for (const each of settled) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'BR-E0202' });
      await driveRun(world, runId(RUN), { pollMs: 60_000 }).catch(() => undefined);
      await goOn(world);
    }
  });
});
