export { FakeClock, type FakeClockOptions } from './fake-clock.ts';
export { hooked, type PortCall, type PortHook } from './hook.ts';
export { MemoryLedger } from './memory-ledger.ts';
export { bytesSource, MemoryObjectStore, type MemoryObjectStoreOptions } from './memory-object-store.ts';
export { identityCompression, MemoryScratch, nodeDigest, seededRandom } from './small-ports.ts';
