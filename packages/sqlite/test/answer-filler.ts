import { createHash } from 'node:crypto';
import { openSqliteAnswers } from '../src/sqlite-answers.ts';

/** Puts answers a hundred at once, `from` up to `to`, and writes a line for each hundred that is kept. */
const [path = '', from = '0', to = '0'] = process.argv.slice(2);
const cache = openSqliteAnswers(path, Date.now);
for (let first = Number(from); first < Number(to); first += 100) {
  const answers = Array.from({ length: 100 }, (_, i) => ({
    request: createHash('sha256')
      .update(`request ${first + i}`)
      .digest(),
    answer: Buffer.from(`answer ${first + i} `.repeat(60)),
  }));
  await cache.put({ digest: 'a scope', modelId: 'a.model' }, answers);
  process.stdout.write(`${first + 100}\n`);
}
cache.close();
