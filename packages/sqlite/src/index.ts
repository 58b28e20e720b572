export { type HeldLock, holdLock } from './hold-lock.ts';
export { LEDGER_SCHEMA_VERSION } from './open-database.ts';
export { type AnswerFilter, type AnswerSummary, openSqliteAnswers, SqliteAnswers } from './sqlite-answers.ts';
export { openSqliteLedger, SqliteLedger } from './sqlite-ledger.ts';
