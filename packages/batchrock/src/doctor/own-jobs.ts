import { existsSync } from 'node:fs';
import { ledgerKeys } from '@batchrock/core';
import { openSqliteLedger, type SqliteLedger } from '@batchrock/sqlite';

/** Tells jobs of this ledger from those of others. `close` it. */
export interface OwnJobs {
  has(jobName: string): Promise<boolean>;
  close(): void;
}

/** Looks jobs up in a ledger, which is opened when the first is asked for, and never made. */
export function openOwnJobs(path: string): OwnJobs {
  let ledger: SqliteLedger | undefined;
  return {
    async has(jobName) {
      if (!existsSync(path)) return false;
      ledger ??= openSqliteLedger(path);
      return (await ledger.get(ledgerKeys.name(jobName))) !== undefined;
    },
    close: () => ledger?.close(),
  };
}
