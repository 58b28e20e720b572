import type { CallOptions } from '../ports/index.ts';
import type { RetrySelection, RunBody, RunPause, RunTail, StopMode } from './document.ts';
import { objectKeys } from './keys.ts';
import type { RunPorts } from './ports.ts';
import { readJson } from './read-json.ts';
import { writeText } from './summary.ts';
import { isPassing } from './tolerance.ts';
import { type Decision, transact } from './transact.ts';

/**
 * `runs/<run>/orders.json`, schema `orders/1`: what a user asked of a run after it was frozen. It stands in the ledger, and here
 * beside it so that a ledger that is lost can be made again.
 */
export interface RunOrders {
  readonly schema: 'batchrock.orders/1';
  readonly run: string;
  /** The generation in hand when the last of them was given. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly stopMode?: StopMode;
  readonly paused?: RunPause;
  readonly permits?: number;
  readonly retrySelection?: RetrySelection;
  readonly ceilingUsd?: number;
  readonly recordUsd?: number;
  readonly tail?: RunTail;
}

/** What a user asks of a run, decided upon what was read: `order` is the run as it will stand, or stands when there is no write. */
export interface Order<T> extends Decision<T> {
  readonly order: RunBody;
}

/** How an order is given. */
export interface OrderOptions extends CallOptions {
  /** True for what must not wait for a bucket that cannot be reached. */
  readonly mayGoUnwritten?: boolean;
}

/**
 * `transact` for what a user asks. The bucket learns of it first: an order that the ledger took is never missing there. When
 * somebody else was faster and nothing is left to do, the bucket is told how the run stands.
 */
export function transactOrder<T>(ports: RunPorts, decide: () => Promise<Order<T>>, o?: OrderOptions): Promise<T> {
  let isAhead = false;
  return transact(
    ports,
    async () => {
      const { order, writes, result } = await decide();
      if (writes.length > 0 || isAhead) {
        await writeOrders(ports, order, o);
        isAhead = true;
      }
      return { writes, result };
    },
    o,
  );
}

async function writeOrders(ports: RunPorts, run: RunBody, o: OrderOptions = {}): Promise<void> {
  const { attempt, maxAttempts, stopMode, paused, permits, retrySelection, budget, tail } = run;
  const orders: RunOrders = {
    schema: 'batchrock.orders/1',
    run: run.run,
    attempt,
    maxAttempts,
    ...(stopMode && { stopMode }),
    ...(paused && { paused }),
    ...(permits !== undefined && { permits }),
    ...(retrySelection && { retrySelection }),
    ...(budget?.ceilingUsd !== undefined && { ceilingUsd: budget.ceilingUsd }),
    ...(budget && { recordUsd: budget.recordUsd }),
    ...(tail && { tail }),
  };
  try {
    await writeText(ports.objects, objectKeys.orders(run.run), `${JSON.stringify(orders, null, 2)}\n`, o);
  } catch (error) {
    if (!o.mayGoUnwritten || !isPassing(error)) throw error;
  }
}

/** What was asked of a run; undefined where nothing was. */
export function readOrders(ports: Pick<RunPorts, 'objects'>, run: string, o?: CallOptions): Promise<RunOrders | undefined> {
  return readJson<RunOrders>(ports, objectKeys.orders(run), 'batchrock.orders/1', o);
}
