import type { Schemas } from '@batchrock/core';
import { type AjvModules, compilerOf } from './compile.ts';

/** Checks by Ajv, which is loaded when the first schema needs it. */
export const ajvSchemas: Schemas = {
  load: async () => compilerOf(await loadAjv()),
};

/** Each import late by itself: a file of ours between them would be bundled, and what it imports be loaded at once. */
async function loadAjv(): Promise<AjvModules> {
  const [draft7, draft2019, draft2020, formats] = await Promise.all([
    import('ajv'),
    import('ajv/dist/2019.js'),
    import('ajv/dist/2020.js'),
    import('ajv-formats/dist/formats.js'),
  ]);
  return { Ajv: draft7.Ajv, Ajv2019: draft2019.Ajv2019, Ajv2020: draft2020.Ajv2020, fullFormats: formats.fullFormats };
}
