import { type CommitResult, keyOfWrite, type Ledger, type Write } from '@batchrock/core';
import type { LedgerState } from './ledger-state.ts';
import { frozenCopy } from './ledger-state.ts';
import type { Life } from './process.ts';
import { carry } from './wire.ts';

/** The ledger as one process reaches it: reads of an index may be old, commits may be contended or unheard. */
export function ledgerPort(life: Life, state: LedgerState): Ledger {
  const { world } = life;
  return {
    get: (key, options) =>
      carry(life, { what: `ledger.get ${key}`, isRead: true, signal: options?.signal, land: () => state.get(key) }),
    page: (query, options) => {
      // One lag for each call: the pages of one listing may even go back in time.
      const lagMs = world.faults.pageLagMs * life.wire.next();
      return carry(life, {
        what: `ledger.page ${query.index} ${query.at}`,
        isRead: true,
        signal: options?.signal,
        land: () => state.page(query, world.scheduler.now - lagMs),
      });
    },
    commit: (given, options) => {
      // What is sent is what stood there when it was sent.
      const writes = frozenCopy(given);
      return carry<CommitResult>(life, {
        what: `ledger.commit ${writes.map(keyOfWrite).join(' ')}`,
        risk: 2,
        signal: options?.signal,
        land: () => {
          if (world.fate.strikes('contended', world.faults.contendedRate, world.places.next(life.owner, 'ledger.commit'))) {
            world.trace.mark('contended');
            world.trace.note(life.name, 'ledger.commit is contended');
            return 'contended';
          }
          const result = state.commit(writes, world.scheduler.now);
          if (result !== 'done') world.trace.mark('stale');
          world.trace.note(
            life.name,
            `ledger.commit ${describe(writes)}: ${result === 'done' ? 'done' : `stale ${JSON.stringify(result)}`}`,
          );
          return result;
        },
      });
    },
  };
}

function describe(writes: readonly Write[]): string {
  return writes
    .map((write) => {
      const key = keyOfWrite(write).replace(/^.*(PART|EVENT|LANE|NAME)#/, '$1#');
      if ('check' in write) return `check ${key}`;
      if ('remove' in write) return `remove ${key}`;
      const body = (write.put.body ?? {}) as {
        readonly state?: string;
        readonly holders?: readonly unknown[];
        readonly kind?: string;
      };
      const detail = body.state ?? body.kind ?? (body.holders === undefined ? '' : `${body.holders.length} held`);
      return `${key}${detail === '' ? '' : `=${detail}`}`;
    })
    .join(', ');
}
