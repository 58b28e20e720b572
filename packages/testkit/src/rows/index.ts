export { cellString, poisonedSource, readRows, type SeenRow } from './read-rows.ts';
export { RESULT_NAMES } from './result-names.ts';
