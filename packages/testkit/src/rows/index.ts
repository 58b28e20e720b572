export { cellString, poisonedSource, readRows, type SeenRow } from './read-rows.ts';
