export { FakeClock, type FakeClockOptions } from './fake-clock.ts';
export { hooked, type PortCall, type PortHook } from './hook.ts';
export { beginLife, type Fault, type Life } from './life.ts';
export { MemoryAnswerCache } from './memory-answer-cache.ts';
export { MemoryLedger } from './memory-ledger.ts';
export { bytesSource, MemoryObjectStore, type MemoryObjectStoreOptions } from './memory-object-store.ts';
export { type MemoryPorts, type MemoryRunOptions, memoryDocument, memoryPorts, otherStore, putMemoryRun } from './memory-run.ts';
export { type DocumentChange, MEMORY_LANE, plainDocument } from './plain-document.ts';
export { plainSteps, writePlainPart } from './plain-steps.ts';
export {
  type JobScript,
  type RecordFate,
  ScriptedBatchService,
  type ScriptedBatchServiceOptions,
  type ScriptedJob,
} from './scripted-batch-service.ts';
export { identityCompression, MemoryScratch, nodeDigest, seededRandom } from './small-ports.ts';
