import { holdLock } from '../src/hold-lock.ts';

// A process of its own for the tests: takes a lock, says whether it got it, and lives on until it is killed.
const lock = holdLock(process.argv[2] ?? '');
process.stdout.write(lock === undefined ? 'busy\n' : 'held\n');
if (lock !== undefined) setInterval(() => {}, 1_000);
