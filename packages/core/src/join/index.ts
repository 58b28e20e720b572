export { Collector } from './collector.ts';
export { type RecordSet, rowsWithout, theseRecords } from './record-set.ts';
