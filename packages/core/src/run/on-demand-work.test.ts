import { endedPart, jobView, putJobInput, wayBackDocument, wayBackPorts } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import type { ModelCall, ModelRuntime, ObjectStore } from '../ports/index.ts';
import { writeOutcomes } from './collect-output.ts';
import { onDemandId, readAnswered, writeEnd } from './on-demand-answers.ts';
import { createOnDemandCalls } from './on-demand-calls.ts';
import { answerPart } from './on-demand-work.ts';
import { writeOwner } from './owner.ts';

const RECORDS = 30;
const PLACES = 4;

/** A part whose records are asked for of a model that answers at once. */
function world(o: { readonly ask?: ModelRuntime['ask']; readonly objects?: (store: ObjectStore) => ObjectStore } = {}) {
  const ports = wayBackPorts();
  const document = wayBackDocument();
  const made = endedPart(document, { attempt: 1, part: 0, records: RECORDS, firstOrdinal: 0, lastOrdinal: RECORDS - 1 });
  const part = { ...made, jobArn: onDemandId(made), onDemand: true } as const;
  putJobInput(ports.objects, part, document.recordPrefix, [...Array(RECORDS).keys()]);
  const asked: ModelCall[] = [];
  const runtime: ModelRuntime = {
    ask: async (call, options) => {
      asked.push(call);
      return o.ask?.(call, options) ?? { output: new TextEncoder().encode('{"content":[]}') };
    },
  };
  const objects = o.objects?.(ports.objects) ?? ports.objects;
  const work = (owner?: string) => {
    const calls = createOnDemandCalls({ ...ports, runtime }, PLACES);
    return answerPart({ ...ports, objects, runtime }, { document, part, owner, calls });
  };
  return { ports, document, part, asked, work };
}

describe('the records of a part on demand', () => {
  it('are each asked for once, and whoever comes later finds it done', async () => {
    const { asked, work, ports, part } = world();
    const end = { status: 'Completed', total: RECORDS, succeeded: RECORDS, failed: 0 };
    expect(await work()).toEqual(end);
    expect(await work()).toEqual(end);
    expect(asked).toHaveLength(RECORDS);
    expect((await readAnswered(ports, part)).ordinals.size).toBe(RECORDS);
  });

  it('are asked for no faster than answers are kept: what is not kept is never more than there are places', async () => {
    const held: (() => void)[] = [];
    const holding = (store: ObjectStore): ObjectStore => ({
      ...store,
      head: (key, o) => store.head(key, o),
      open: (key, o) => store.open(key, o),
      list: (prefix, o) => store.list(prefix, o),
      remove: (keys, o) => store.remove(keys, o),
      create(key, o) {
        const sink = store.create(key, o);
        const commit = async () => {
          if (key.endsWith('.jsonl.out')) await new Promise<void>((resolve) => held.push(resolve));
          return sink.commit();
        };
        return {
          blockBytes: sink.blockBytes,
          block: () => sink.block(),
          write: (full) => sink.write(full),
          commit,
          abort: () => sink.abort(),
        };
      },
    });
    const { asked, work, ports, part } = world({ objects: holding });
    const done = work();
    let isOver = false;
    void done.then(() => {
      isOver = true;
    });
    while (!isOver) {
      for (let turns = 0; turns < 200; turns++) await Promise.resolve();
      const { ordinals } = await readAnswered(ports, part);
      expect(asked.length - ordinals.size).toBeLessThanOrEqual(PLACES);
      held.shift()?.();
    }
    expect(await done).toMatchObject({ succeeded: RECORDS });
    expect(asked).toHaveLength(RECORDS);
  });

  it('are no longer asked for once one of them is refused as all would be, and what was kept is not asked again', async () => {
    let left = 10;
    let isRefused = true;
    const refusal = new Error('nobody may');
    const { asked, work } = world({
      ask: async () => {
        if (isRefused && left-- <= 0) throw refusal;
        return { output: new TextEncoder().encode('{}') };
      },
    });
    await expect(work()).rejects.toBe(refusal);
    expect(asked.length).toBeLessThanOrEqual(10 + 2 * PLACES);
    isRefused = false;
    const before = asked.length;
    expect(await work()).toMatchObject({ status: 'Completed', succeeded: RECORDS });
    expect(asked.length - before).toBe(RECORDS - 10);
  });

  it('are whole when each has its line: padding is not asked for, and not waited for', async () => {
    const { asked, work, ports, part, document } = world();
    const padded = { ...part, sentinels: 70, endedAt: ports.clock.now() };
    const { total, succeeded, failed } = await work();
    const counts = { total, processed: succeeded + failed, succeeded, failed };
    const collected = await writeOutcomes(ports, { document, part: padded, view: jobView(padded, { counts }) });
    expect(collected).toMatchObject({ succeeded: RECORDS, missing: 0 });
    expect(asked).toHaveLength(RECORDS);
  });

  it('that were stopped stay so', async () => {
    const { asked, work, ports, part } = world();
    const stopped = { status: 'Stopped', total: RECORDS, succeeded: 0, failed: 0 } as const;
    await writeEnd(ports, part, stopped);
    expect(await work()).toEqual(stopped);
    expect(await writeEnd(ports, part, { ...stopped, status: 'Completed' })).toEqual(stopped);
    expect(asked).toEqual([]);
  });

  it('of a run that another ledger has taken over are left to it', async () => {
    const { asked, work, ports, part } = world();
    await writeOwner(ports, part.run, { id: 'theirs', name: 'another machine' });
    await expect(work('ours')).rejects.toMatchObject({ code: 'BR-E0213' });
    expect(asked).toEqual([]);
    expect(await work('theirs')).toMatchObject({ status: 'Completed' });
  });
});
