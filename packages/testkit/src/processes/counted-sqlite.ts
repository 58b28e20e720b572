import { openSqliteLedger as openReal, type SqliteLedger } from '@batchrock/sqlite';
import { between } from './moments.ts';

/** The ledger, its moments counted. */
export function openSqliteLedger(path: string): Pick<SqliteLedger, 'path' | 'get' | 'page' | 'commit' | 'close'> {
  const ledger = openReal(path);
  return {
    path: ledger.path,
    get: (key, o) => between(`ledger.get ${key}`, () => ledger.get(key, o)),
    page: (query, o) => between(`ledger.page ${query.index} ${query.at}`, () => ledger.page(query, o)),
    commit: (writes, o) => between(`ledger.commit ${describe(writes)}`, () => ledger.commit(writes, o)),
    close: () => ledger.close(),
  };
}

function describe(writes: Parameters<SqliteLedger['commit']>[0]): string {
  return writes.map((write) => ('put' in write ? write.put.key : Object.values(write)[0])).join(' ');
}
