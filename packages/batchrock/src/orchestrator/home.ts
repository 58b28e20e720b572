import { type Ledger, type NewItem, type RunPorts, StateError, transact } from '@batchrock/core';
import type { ResultsFormat } from './results-keys.ts';

/**
 * What the ledger of an orchestrator knows of a run beside what the core keeps: who asked for it, where its results go, and which tasks wait for
 * it. Item `HOME#<run>`, schema `home/1`.
 */
export interface Home {
  readonly run: string;
  readonly bucket: string;
  /** The execution that asked last: its ARN, and when it was started. */
  readonly execution: string;
  readonly started: string;
  /** When it asked, milliseconds since the epoch. */
  readonly askedAt: number;
  readonly jobNamePrefix: string;
  readonly resultsFormat: ResultsFormat;
  /** Tokens of the tasks that wait until the run is at rest; none are left when they were told. */
  readonly waiting: readonly string[];
  /** When a task first waited for it; absent: no execution has come that far. */
  readonly followedAt?: number;
  /** Parts that were ready after the last call that prepared it. */
  readonly preparedParts?: number;
  /**
   * Since when nobody waits for it, who was not told how it came to rest: its execution was aborted, or its task is about to be begun
   * anew.
   */
  readonly abandonedAt?: number;
  /** It could not be prepared, and nothing of it was sent. */
  readonly gaveUp?: boolean;
  /** It is swept. */
  readonly isOpen: boolean;
}

type Homes = { readonly ledger: Ledger };

const SCHEMA = 'home/1';

/** Tokens are up to 2,048 characters long (Step Functions API reference, 2026-11), and an item 400 KB: more are never alive. */
const MOST_WAITING = 20;

function homeKey(run: string): string {
  return `HOME#${run}`;
}

/** Where the homes of a bucket's open runs are found, by run. */
function openHomesAt(bucket: string): string {
  return `${bucket}#home`;
}

/** The home of a run, strongly consistent; undefined when it has none. Throws `BR-E0205` for one of another version. */
export async function findHome({ ledger }: Homes, run: string): Promise<Home | undefined> {
  return bodyOf(await ledger.get(homeKey(run)));
}

/** The same. Throws `BR-E0201` when there is none. */
export async function loadHome(ports: Homes, run: string): Promise<Home> {
  const home = await findHome(ports, run);
  if (home !== undefined) return home;
  throw new StateError('BR-E0201', `no run ${run} of an execution in this ledger`, { details: { run } });
}

/**
 * Changes a home by compare-and-set; `change` may be called again, and answers undefined to leave it as it is. Returns the home
 * as it is then. Throws `BR-E0203` when others were always faster.
 */
export function changeHome(
  ports: RunPorts,
  run: string,
  change: (home: Home | undefined) => Home | undefined,
): Promise<Home | undefined> {
  return transact<Home | undefined>(ports, async () => {
    const item = await ports.ledger.get(homeKey(run));
    const before = bodyOf(item);
    const next = change(before);
    if (next === undefined) return { writes: [], result: before };
    return { writes: [{ put: itemOf(next), expect: item?.version ?? 'absent' }], result: next };
  });
}

function itemOf(home: Home): NewItem<Home> {
  return {
    key: homeKey(home.run),
    schema: SCHEMA,
    body: home,
    indexes: home.isOpen ? [{ index: 'open', at: openHomesAt(home.bucket), sort: home.run }] : [],
  };
}

/** A home with one more task that waits; the oldest are forgotten when there are too many. */
export function withWaiting(home: Home, token: string, now: number): Home {
  const waiting = [...home.waiting.filter((each) => each !== token), token].slice(-MOST_WAITING);
  const { abandonedAt: _, ...kept } = home;
  return { ...kept, waiting, followedAt: home.followedAt ?? now, isOpen: true };
}

/**
 * Every run of a bucket that is not at rest or that somebody waits for, by its home: a hint, perhaps old. `onUnreadable` is told of
 * each that cannot be read, by its key; without it the first of them is thrown as `BR-E0205`.
 */
export async function openHomes(
  { ledger }: Homes,
  bucket: string,
  onUnreadable?: (key: string) => void,
): Promise<readonly Home[]> {
  const homes: Home[] = [];
  let cursor: string | undefined;
  do {
    const query = { index: 'open', at: openHomesAt(bucket), limit: 100 } as const;
    const page = await ledger.page(cursor === undefined ? query : { ...query, cursor });
    for (const item of page.items) {
      if (onUnreadable !== undefined && item.schema !== SCHEMA) onUnreadable(item.key);
      else homes.push(...[bodyOf(item)].filter((home) => home !== undefined));
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return homes;
}

function bodyOf(item: Awaited<ReturnType<Ledger['get']>>): Home | undefined {
  if (item === undefined) return undefined;
  if (item.schema === SCHEMA) return item.body as Home;
  throw new StateError('BR-E0205', `${item.key} has schema ${item.schema}; this version reads ${SCHEMA}`);
}
