import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteAnswers } from '@batchrock/sqlite';
import { MemoryAnswerCache } from '../memory/index.ts';
import { describeAnswerCache } from './answer-cache.ts';

describeAnswerCache('memory', async () => ({ cache: new MemoryAnswerCache(), close: async () => undefined }));

// in memory where there is such a folder: this suite makes many files
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describeAnswerCache('SQLite', async () => {
  const folder = await mkdtemp(join(FOLDER, 'batchrock-answers-'));
  const cache = openSqliteAnswers(join(folder, 'state', 'answers.db'), () => 1);
  return {
    cache,
    close: async () => {
      cache.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
