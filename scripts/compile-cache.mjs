import { fileURLToPath } from 'node:url';

/** What Node has made of a source once serves every process that reads it again, whoever starts it: suites start hundreds of them. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE:
    process.env.NODE_COMPILE_CACHE ?? fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url)),
};
