import type { ListOptions, ListPage, StoredObject } from '../object-storage.ts';
import type { ObjectTable } from './object-table.ts';

/** The most that S3 gives on one page (ListObjectsV2, MaxKeys, 2026-11). */
const PAGE_LIMIT = 1000;

/** One page of a bucket's keys. Seeks past each common prefix, so a page costs what it shows, not what it hides. */
export function listObjects(table: ObjectTable, bucket: string, options: ListOptions): ListPage {
  const limit = Math.min(options.limit ?? PAGE_LIMIT, PAGE_LIMIT);
  if (limit <= 0) return { objects: [], prefixes: [] };
  const prefix = Buffer.from(options.prefix ?? '');
  const delimiter = Buffer.from(options.delimiter ?? '');
  const after = options.after === undefined ? undefined : Buffer.from(options.after);
  const objects: StoredObject[] = [];
  const prefixes: string[] = [];
  // Rows after the first of a common prefix are passed over, so few are read at a time when there is a delimiter.
  const rowsAtOnce = delimiter.length === 0 ? limit + 1 : Math.min(limit + 1, 40);
  // most prefixes are of few keys among many
  const before = beyond(prefix);
  let last = '';
  let seek: Buffer | undefined = after === undefined ? prefix : later(prefix, follower(after));
  while (seek !== undefined) {
    const rows = table.from(bucket, seek, { before, limit: rowsAtOnce });
    seek = undefined;
    for (const row of rows) {
      const key = Buffer.from(row.bytes);
      const common = commonPrefix(key, prefix, delimiter);
      // A common prefix that does not come after `after` was on an earlier page, with all that it holds.
      if (common === undefined || after === undefined || Buffer.compare(common, after) > 0) {
        if (objects.length + prefixes.length === limit) return { objects, prefixes, next: last };
        if (common === undefined) objects.push(row.object);
        else prefixes.push(common.toString());
        last = (common ?? key).toString();
      }
      if (common === undefined) continue;
      seek = beyond(common);
      break;
    }
    if (seek === undefined && rows.length === rowsAtOnce) seek = follower(Buffer.from(rows.at(-1)!.bytes));
  }
  return { objects, prefixes };
}

function commonPrefix(key: Buffer, prefix: Buffer, delimiter: Buffer): Buffer | undefined {
  if (delimiter.length === 0) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length);
}

/** The smallest key after this one. */
function follower(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}

/** The smallest key after all that start with the prefix; undefined when there can be none. */
function beyond(prefix: Buffer): Buffer | undefined {
  const key = Buffer.from(prefix);
  for (let at = key.length - 1; at >= 0; at--) {
    if (key[at] === 255) continue;
    key[at]! += 1;
    return key.subarray(0, at + 1);
  }
  return undefined;
}

function later(a: Buffer, b: Buffer): Buffer {
  return Buffer.compare(a, b) >= 0 ? a : b;
}
