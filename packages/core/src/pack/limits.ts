import type { ModelLimits } from '../model/index.ts';

/** What a part may hold: the model's limits and the frozen size of a part. */
export interface PackLimits
  extends Pick<ModelLimits, 'minRecords' | 'maxRecords' | 'maxRecordsPerFile' | 'maxFileBytes' | 'maxJobBytes'> {
  /** Records a part is closed at; never above `maxRecords`. */
  readonly partRecords: number;
}

/** Records in a part or a file, and their bytes. */
export interface Fill {
  readonly records: number;
  readonly bytes: number;
}

/** True when a record of so many bytes goes into an input file that holds `fill` already. */
export function fitsFile(fill: Fill, bytes: number, limits: Pick<PackLimits, 'maxRecordsPerFile' | 'maxFileBytes'>): boolean {
  if (fill.records === 0) return true;
  return fill.records < limits.maxRecordsPerFile && fill.bytes + bytes <= limits.maxFileBytes;
}

/** Padding records that a job of so many real ones needs; none for a part without records, which gets no job. */
export function sentinelsFor(records: number, limits: Pick<PackLimits, 'minRecords'>): number {
  return records === 0 ? 0 : Math.max(0, limits.minRecords - records);
}
