export { exportParts, firstParts } from './export-parts.ts';
