/**
 * Plants one bug into the core as it is loaded: `node --import ./plant.ts`, the mutant's name in `SIM_MUTANT`. The source
 * on disk is not touched. A snippet that is not there exactly once ends the process, so that a mutant cannot go stale.
 */
import { registerHooks } from 'node:module';
import { MUTANTS } from './mutants.ts';

const STALE = 3;
const mutant = MUTANTS.find(({ name }) => name === process.env['SIM_MUTANT']);
if (mutant === undefined) {
  process.stderr.write(`no mutant is called ${process.env['SIM_MUTANT']}\n`);
  process.exit(STALE);
}

let planted = false;
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/packages/core/src/${mutant.file}`)) return loaded;
    let source = String(loaded.source);
    for (const [find, replace] of mutant.edits) {
      const times = source.split(find).length - 1;
      if (times !== 1) {
        process.stderr.write(`${mutant.name}: ${JSON.stringify(find)} stands ${times} times in ${mutant.file}\n`);
        process.exit(STALE);
      }
      source = source.replace(find, () => replace);
    }
    planted = true;
    return { ...loaded, source };
  },
});

process.on('exit', () => {
  if (!planted) process.exitCode = STALE;
});
