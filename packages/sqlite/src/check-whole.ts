import type { DatabaseSync } from 'node:sqlite';
import { damagedLedger } from './sqlite-errors.ts';

/** Pages of 4 KiB, some 9,000 parts. Every command begins with a look at all of them, which takes 6 ms a megabyte (2026-11). */
const MOST_PAGES = 2048;

/** An item that is torn itself, before its places are read. */
const TORN = 'SELECT key FROM items WHERE NOT json_valid(indexes) LIMIT 1';
/** An item without an entry at one of its places, and an entry without its item there. */
const ASTRAY = `
  SELECT i.key FROM items i, json_each(i.indexes) place
  WHERE NOT EXISTS (
    SELECT 1 FROM entries e
    WHERE e.name = place.value ->> 'index' AND e.at = place.value ->> 'at' AND e.sort = place.value ->> 'sort' AND e.key = i.key)
  UNION ALL
  SELECT e.key FROM entries e LEFT JOIN items i ON i.key = e.key WHERE i.key IS NULL
  LIMIT 1`;

/**
 * Looks whether a ledger holds together, where it is not too large for that: its pages, and its items at the places where they are
 * to be found. SQLite itself sees damage only in the pages that it happens to read, and never a place that is gone: a run would
 * wait for ever for a part that it cannot find. Throws `BR-E0205`.
 */
export function checkWhole(database: DatabaseSync, path: string): void {
  const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
  if (pages > MOST_PAGES) return;
  const said = String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
  // below a line that names the database
  if (said !== 'ok') throw damagedLedger(path, said.split('\n').at(-1) ?? said);
  for (const [query, what] of [
    [TORN, 'is not as it was written'],
    [ASTRAY, 'is not where it belongs'],
  ] as const) {
    const found = database.prepare(query).get()?.['key'];
    if (found !== undefined) throw damagedLedger(path, `${String(found)} ${what}`);
  }
}
