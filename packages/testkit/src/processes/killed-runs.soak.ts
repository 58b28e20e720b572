import { randomInt } from 'node:crypto';
import { describeKilledRuns } from './killed-runs.ts';

await describeKilledRuns(Number(process.env['SOAK_KILLS'] ?? 100), Number(process.env['PROCESSES_SEED'] ?? randomInt(1_000_000)));
