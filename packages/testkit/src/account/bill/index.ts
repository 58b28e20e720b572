export { type BillColumn, billTable } from './bill-table.ts';
export { memoryOfLog, usageOfLog } from './function-usage.ts';
export { createMeter, type Meter } from './meter.ts';
export { billOf, billOfCalls, PRICES_OF } from './prices.ts';
export type { WrittenPart } from './table-writes.ts';
export { addUsage, type JobsUsage, scaleUsage, type Usage, usageOfMoreJobs } from './usage.ts';
export { objectCallsTable, writesTable } from './writes-table.ts';
