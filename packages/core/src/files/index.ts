export { type FileOptions, GrowingFile } from './growing-file.ts';
export { CACHE_SHARE, type OpenFile, type PageCache, type ReadableFile, readWhole } from './open-file.ts';
export { pageMemory } from './page-memory.ts';
export { SequentialRead } from './sequential-read.ts';
