export { describeLedger, type LedgerUnderTest } from './ledger.ts';
export { describeObjectStore, drain, feed, type StoreUnderTest } from './object-store.ts';
