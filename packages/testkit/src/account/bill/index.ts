export { memoryOfLog, usageOfLog } from './function-usage.ts';
export { createMeter, type Meter } from './meter.ts';
export { billOf, PRICES_OF } from './prices.ts';
export { addUsage, type Usage } from './usage.ts';
