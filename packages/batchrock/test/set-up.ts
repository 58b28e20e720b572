import { afterEach } from 'vitest';
import { undoAll } from './after-test.ts';

// here, for the runner reads this anew for each file of tests, and what the files load once a worker alone
afterEach(undoAll);
