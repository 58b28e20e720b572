/** True when everything is to be tried, as `PROCESSES_ALL=1 npm run test:processes` does; else the part that CI has time for. */
export const ALL = process.env['PROCESSES_ALL'] === '1';
