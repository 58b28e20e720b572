import { runMutant } from './mutant-run.ts';
import { MUTANTS } from './mutants.ts';

// a process for one mutant, that of SIM_MUTANT, which plant.ts has planted before this is loaded
const mutant = MUTANTS.find(({ name }) => name === process.env['SIM_MUTANT']);
if (mutant === undefined) throw new Error(`no mutant is called ${process.env['SIM_MUTANT']}`);
Error.stackTraceLimit = 0;
process.stdout.write(JSON.stringify(await runMutant(mutant, process.argv.includes('--renew'))));
