export { createLedgerTables, type TableAnswer } from './ledger-tables.ts';
