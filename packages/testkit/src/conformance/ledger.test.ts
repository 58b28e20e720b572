import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLedger, type SqliteLedger } from '@batchrock/sqlite';
import { MemoryLedger } from '../memory/index.ts';
import { describeLedger } from './ledger.ts';

describeLedger('memory', async () => ({ ledger: new MemoryLedger(), close: async () => undefined }));

// in memory where there is such a folder: a commit waits for its disk, and this suite makes tens of thousands
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describeLedger('SQLite', async () => {
  const folder = await mkdtemp(join(FOLDER, 'batchrock-ledger-'));
  const open: SqliteLedger[] = [];
  const another = async () => {
    const ledger = openSqliteLedger(join(folder, 'state', 'ledger.db'));
    open.push(ledger);
    return ledger;
  };
  return {
    ledger: await another(),
    another,
    close: async () => {
      for (const ledger of open) ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
