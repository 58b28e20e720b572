/**
 * Counts the moments of a command line's ports: `node --import ./count-ports.ts main.ts run …`. A moment is just before or just
 * behind a call of the ledger, the object store or the batch service. At the one that `PORTS_AT` names the process kills itself,
 * as `kill -9` would, or stops itself with `PORTS_SIGNAL=SIGSTOP`; without it, nothing but counting happens. `PORTS_TRACE` names a
 * file for a line each. The source on disk is not touched, and nothing of this ships: where the program opens its ports, it is
 * led to wrapped ones.
 */
import { registerHooks } from 'node:module';

const WRAPPED: ReadonlyMap<string, string> = new Map([
  ['@batchrock/sqlite', new URL('counted-sqlite.ts', import.meta.url).href],
  ['@batchrock/aws', new URL('counted-aws.ts', import.meta.url).href],
]);
/** The two modules that open ports. Should they move, nothing is counted, and the suite fails for that. */
const OPENERS = /\/batchrock\/src\/(sdk\/session|compose\/connection)\.ts$/;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const wrapped = WRAPPED.get(specifier);
    if (wrapped === undefined || !OPENERS.test(context.parentURL ?? '')) return nextResolve(specifier, context);
    return { url: wrapped, format: 'module-typescript', shortCircuit: true };
  },
});
