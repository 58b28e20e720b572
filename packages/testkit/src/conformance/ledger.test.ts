import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLedger } from '@batchrock/sqlite';
import { MemoryLedger } from '../memory/index.ts';
import { describeLedger } from './ledger.ts';

describeLedger('memory', async () => ({ ledger: new MemoryLedger(), close: async () => undefined }));

describeLedger('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'batchrock-ledger-'));
  const ledger = openSqliteLedger(join(folder, 'state', 'ledger.db'));
  return {
    ledger,
    close: async () => {
      ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
