export type { FileEngine } from './file-engine.ts';
export { openFileEngine } from './open-file-engine.ts';
