import { S3Error } from './s3-error.ts';

/** Bytes from `from` up to and without `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a Range header against an object's size: `bytes=0-99`, `bytes=100-`, `bytes=-100`. Undefined when there is none,
 * or one that S3 passes over (another unit, several ranges). Throws `InvalidRange`.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  // The last byte before the first one makes it no range at all (RFC 9110, section 14.1.1).
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (from >= size || from >= to) {
    throw new S3Error('InvalidRange', undefined, { RangeRequested: header ?? '', ActualObjectSize: size });
  }
  return { from, to };
}
