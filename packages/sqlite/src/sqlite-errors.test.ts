import { expect, test } from 'vitest';
import { translateSqliteError } from './sqlite-errors.ts';

test.each([
  // SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: the file of shared memory could not be extended
  [13, 'BR-E0508'],
  [4874, 'BR-E0508'],
  // SQLITE_IOERR_WRITE: a quota, or a limit on the size of files
  [778, 'BR-E0508'],
  // SQLITE_IOERR_READ
  [266, 'BR-E0509'],
  [11, 'BR-E0205'],
  // SQLITE_ERROR, and SQLITE_CONSTRAINT_PRIMARYKEY: a table is not what it was
  [1, 'BR-E0205'],
  [1555, 'BR-E0205'],
  // SQLITE_BUSY_SNAPSHOT
  [517, 'BR-E0203'],
])('SQLite says %i, we say %s', (errcode, code) => {
  const error = Object.assign(new Error('disk I/O error'), { errcode });
  expect(translateSqliteError(error, '/state/ledger.db', 'none')).toMatchObject({ code });
});
