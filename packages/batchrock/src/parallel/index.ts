export { exportByThreads } from './export-by-threads.ts';
