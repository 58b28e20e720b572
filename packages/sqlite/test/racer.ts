import { openSqliteLedger } from '../src/sqlite-ledger.ts';

// A process of its own for the tests: adds one to a counter `times` times, reading and committing as the core does.
const [path = '', times = '0'] = process.argv.slice(2);
const ledger = openSqliteLedger(path);
let won = 0;
while (won < Number(times)) {
  const item = await ledger.get('counter');
  const body = { count: ((item?.body as { count: number } | undefined)?.count ?? 0) + 1 };
  const put = { key: 'counter', schema: 'test/1', body, indexes: [{ index: 'runs', at: 'all', sort: '1' }] } as const;
  if ((await ledger.commit([{ put, expect: item?.version ?? 'absent' }])) === 'done') {
    won++;
    process.stdout.write(`${body.count}\n`);
  }
}
ledger.close();
