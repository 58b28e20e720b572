import { randomInt } from 'node:crypto';
import { describeKilledRuns } from './killed-runs.ts';
import { ALL } from './size.ts';

await describeKilledRuns(ALL ? 100 : 10, Number(process.env['PROCESSES_SEED'] ?? randomInt(1_000_000)));
