import { createRequire } from 'node:module';

/** The module as it is typed. */
export type NodeSqlite = typeof import('node:sqlite');

let loaded: NodeSqlite | undefined;

/**
 * `node:sqlite`, without the warning that Node 22 writes to standard error when it is first loaded: nobody who runs a
 * command can do anything about it. Every other warning, of whatever module, goes its way.
 */
export function nodeSqlite(): NodeSqlite {
  if (loaded !== undefined) return loaded;
  const emitWarning = process.emitWarning;
  process.emitWarning = ((...given: Parameters<typeof emitWarning>) => {
    if (!String(given[0]).startsWith('SQLite is an experimental feature')) emitWarning.apply(process, given);
  }) as typeof emitWarning;
  try {
    loaded = createRequire(import.meta.url)('node:sqlite') as NodeSqlite;
    return loaded;
  } finally {
    process.emitWarning = emitWarning;
  }
}
