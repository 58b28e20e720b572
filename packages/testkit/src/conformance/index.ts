export { type AnswerCacheUnderTest, describeAnswerCache } from './answer-cache.ts';
export { describeLedger, type LedgerUnderTest } from './ledger.ts';
export { describeObjectStore, drain, feed, type StoreUnderTest } from './object-store.ts';
