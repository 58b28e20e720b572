export { describeObjectStore, drain, feed, type StoreUnderTest } from './object-store.ts';
