import type { Schemas } from '@batchrock/core';
import { compilerOf } from './compile.ts';

/** Checks by Ajv, which is loaded when the first schema needs it. */
export const ajvSchemas: Schemas = {
  load: async () => compilerOf(await import('./ajv.ts')),
};
