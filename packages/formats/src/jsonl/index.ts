export { type JsonlOptions, openJsonl } from './jsonl-open.ts';
