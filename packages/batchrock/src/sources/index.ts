export { fileSource, hashFile } from './file.ts';
export { type FoundSources, findAllSources, type SourceOptions } from './find-sources.ts';
