export { type FileOptions, GrowingFile } from './growing-file.ts';
export { CACHE_SHARE, type OpenFile, type PageCache } from './open-file.ts';
