import type { CompileSchema } from '../model/index.ts';

/** Makes checks of JSON schemas. */
export interface Schemas {
  /** Loads what it takes: only runs that have a schema pay for it. */
  load(): Promise<CompileSchema>;
}
