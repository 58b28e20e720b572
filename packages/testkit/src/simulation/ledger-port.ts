import { type CommitResult, keyOfWrite, type Ledger, ServiceError, type Write } from '@batchrock/core';
import type { LedgerState } from './ledger-state.ts';
import { sealed } from './ledger-state.ts';
import type { Life } from './process.ts';
import { hashText } from './random.ts';
import { carry } from './wire.ts';

/** Two transactions of DynamoDB on one item that are under way at the same time are in conflict. */
const CONFLICT_MS = 10;

/** The ledger as one process reaches it: reads of an index may be old, commits may be contended or unheard. */
export function ledgerPort(life: Life, state: LedgerState): Ledger {
  const { world } = life;
  const meet = (what: string): void => {
    const rate = world.faults.ledgerThrottleRate;
    if (rate <= 0 || !world.fate.strikes('throttled', rate, world.places.next(life.owner, 'table', what))) return;
    world.trace.mark('ledger-throttled');
    world.trace.note(life.name, `ledger.${what} is throttled`);
    throw new ServiceError('BR-E0502', 'throughput exceeded', { reason: 'throttled', effect: 'none' });
  };
  return {
    get: (key, options) =>
      carry(life, {
        kind: 'ledger.get',
        about: key,
        isRead: true,
        signal: options?.signal,
        land: () => {
          meet('get');
          return state.get(key);
        },
      }),
    page: (query, options) => {
      // One lag for each call, the pages of one listing may even go back in time; in some worlds one for each item.
      const { pageLagMs, itemsLagApart } = world.faults;
      const lagMs = pageLagMs * life.wire.next();
      const lagOf = (key: string): number => (pageLagMs * (hashText(key, lagMs) % 1000)) / 1000;
      const isLagApart = itemsLagApart && pageLagMs > 0;
      return carry(life, {
        kind: 'ledger.page',
        about: `${query.index} ${query.at}`,
        isRead: true,
        signal: options?.signal,
        land: () => {
          meet('page');
          const { now } = world.scheduler;
          return state.page(query, isLagApart ? (key) => now - lagOf(key) : now - lagMs);
        },
      });
    },
    commit: (given, options) => {
      const writes = sealed(given);
      return carry<CommitResult>(life, {
        kind: 'ledger.commit',
        about: writes.map(keyOfWrite).join(' '),
        risk: 2,
        signal: options?.signal,
        land: () => {
          meet('commit');
          const isContended =
            world.faults.ledger === 'dynamodb' && state.isTouched(writes, life.owner, world.scheduler.now - CONFLICT_MS);
          if (
            isContended ||
            world.fate.strikes('contended', world.faults.contendedRate, world.places.next(life.owner, 'ledger.commit'))
          ) {
            world.trace.mark('contended');
            world.trace.note(life.name, 'ledger.commit is contended');
            return 'contended';
          }
          const result = state.commit(writes, world.scheduler.now, life.owner);
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
      const key = shortKey(keyOfWrite(write));
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

const TAGS = ['PART#', 'EVENT#', 'LANE#', 'NAME#'];

/** A key from what it is of. */
function shortKey(key: string): string {
  return key.slice(Math.max(0, ...TAGS.map((tag) => key.lastIndexOf(tag))));
}
