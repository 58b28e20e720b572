export { fileSource, hashFile } from './file.ts';
export { type FoundSources, findSources, type SourceOptions } from './find-sources.ts';
