export { type AdoptedRun, type AdoptOptions, adoptRun } from './adopt-run.ts';
