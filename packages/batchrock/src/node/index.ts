export { nodeClock, nodeRandom } from './clock.ts';
export { loadDigest, nodeSha256 } from './digest.ts';
export { createFileObjectStore } from './file-object-store.ts';
export { createFileSink, type FileSink, type FileSinkOptions } from './file-sink.ts';
export { openFileSource } from './file-source.ts';
export { plainCompression } from './plain-compression.ts';
export { createScratch } from './scratch.ts';
export { storageError, systemErrorCode } from './storage-error.ts';
export { zstdCompression } from './zstd-compression.ts';
