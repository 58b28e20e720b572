export { createDynamoLedger, DynamoLedger, type DynamoLedgerOptions } from './dynamo-ledger.ts';
export { createLedgerTable, type LedgerTableOptions } from './ledger-table.ts';
