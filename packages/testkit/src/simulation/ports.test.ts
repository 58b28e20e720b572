import type { Ledger } from '@batchrock/core';
import { describeLedger } from '../conformance/ledger.ts';
import { describeObjectStore } from '../conformance/object-store.ts';
import { calm } from './faults.ts';
import { ledgerPort } from './ledger-port.ts';
import { LedgerState } from './ledger-state.ts';
import { objectPort } from './object-port.ts';
import { ObjectState } from './object-state.ts';
import { type Life, SimProcess } from './process.ts';
import { World } from './world.ts';

/** A process in a world without faults whose time runs by itself, for suites that know nothing of it. */
function calmLife(): { readonly life: Life; stop(): Promise<void> } {
  const world = new World(1, { adjust: (plan) => ({ ...calm(plan), pageLagMs: 0 }) });
  let isOver = false;
  const process = new SimProcess(world, 'suite', () => new Promise(() => {}));
  process.boot();
  const ran = (async () => {
    while (!isOver) {
      await world.scheduler.run(Number.POSITIVE_INFINITY, () => isOver || world.scheduler.isIdle);
      // what waits for the real world has its turn
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  return {
    life: process.life!,
    stop: () => {
      isOver = true;
      return ran;
    },
  };
}

describeLedger('simulation', async () => {
  const { life, stop } = calmLife();
  const port = ledgerPort(life, new LedgerState());
  // What it takes and gives is frozen, so that a core that changes it fails at once; the suite does change it.
  const ledger: Ledger = {
    ...port,
    get: async (key, options) => structuredClone(await port.get(key, options)),
    commit: (writes, options) => port.commit(structuredClone(writes), options),
  };
  return { ledger, close: stop };
});

describeObjectStore('simulation', async () => {
  const { life, stop } = calmLife();
  return { store: objectPort(life, new ObjectState(), 4096), close: stop };
});
