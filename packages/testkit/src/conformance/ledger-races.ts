import type { Item, Ledger, Version, Write } from '@batchrock/core';
import { expect } from 'vitest';

/** What became of a race for one item. */
interface Race {
  /** Who won which version. */
  readonly wins: { readonly writer: number; readonly version: Version }[];
}

/**
 * Writers that each read an item, decide and commit, until each has won so often; every commit appends its writer to the
 * item, and puts an item of the writer's own beside it, as an intent stands beside its lane. Exactly one of them may win
 * each version, and nothing that a winner wrote may be lost.
 */
export async function race(ledgers: readonly Ledger[], rounds: number): Promise<void> {
  const [first] = ledgers;
  await first!.commit([laneWrite([], 'absent')]);
  const outcome: Race = { wins: [] };
  await Promise.all(ledgers.map((ledger, writer) => write(ledger, writer, rounds, outcome)));

  const total = ledgers.length * rounds;
  const lane = (await first!.get(LANE)) as Item<readonly number[]>;
  expect(lane.version).toBe(total + 1);
  const inOrder = outcome.wins.toSorted((a, b) => a.version - b.version);
  expect(inOrder.map(({ version }) => version)).toEqual(Array.from({ length: total }, (_, i) => i + 2));
  expect(lane.body).toEqual(inOrder.map(({ writer }) => writer));
  for (const writer of ledgers.keys()) expect((await first!.get(`own-${writer}`))?.version).toBe(rounds);
}

const LANE = 'LANE#race';
/** More tries than a fair share of losing can take. */
const MAX_TRIES = 2_000;

async function write(ledger: Ledger, writer: number, rounds: number, outcome: Race): Promise<void> {
  let won = 0;
  for (let tries = 0; won < rounds; tries++) {
    expect(tries).toBeLessThan(MAX_TRIES);
    const lane = (await ledger.get(LANE)) as Item<readonly number[]>;
    const own: Write = {
      put: { key: `own-${writer}`, schema: 'test/1', body: {}, indexes: [] },
      expect: won === 0 ? 'absent' : won,
    };
    const result = await ledger.commit([laneWrite([...lane.body, writer], lane.version), own]);
    if (result === 'contended') continue;
    if (result !== 'done') {
      // its own item is changed by nobody else
      expect(result).toEqual({ stale: [LANE] });
      continue;
    }
    outcome.wins.push({ writer, version: lane.version + 1 });
    won++;
  }
}

function laneWrite(body: readonly number[], expect: Version | 'absent'): Write {
  return { put: { key: LANE, schema: 'test/1', body: [...body], indexes: [] }, expect };
}
