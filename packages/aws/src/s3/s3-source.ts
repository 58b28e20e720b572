import { InputError, invariant, type ObjectInfo, type RandomAccess, type Source } from '@batchrock/core';
import { openObject } from './s3-byte-source.ts';
import type { S3Location } from './s3-location.ts';

/** An object as a file of a dataset: every read is tied to the ETag that it had when it was found. */
export function s3Source(at: S3Location, { key, size, etag }: ObjectInfo): Source {
  const name = `s3://${at.bucket}/${at.full(key)}`;
  const open = async (from: number, to: number, signal: AbortSignal | undefined) => {
    // without an end the whole object is asked for as such, and S3 sends its checksum along
    const end = to === size ? {} : { to };
    const source = await openObject(at, key, { from, ...end, ifMatch: etag, ...(signal ? { signal } : {}) });
    if (source) return source;
    throw new InputError('BR-E0118', `${name} was removed while it was read`, { details: { file: name } });
  };
  const readInto = async (from: number, target: Uint8Array, signal?: AbortSignal): Promise<void> => {
    const to = from + target.length;
    invariant(from >= 0 && to <= size, `${name} has ${size} bytes; asked for ${from} to ${to}`);
    const source = await open(from, to, signal);
    try {
      const length = await source.readInto(target);
      invariant(length === target.length, `${name} gave ${length} of ${target.length} bytes from ${from}`);
    } finally {
      await source.close();
    }
  };
  const access: RandomAccess = {
    size,
    readInto,
    async read(from, to, signal) {
      invariant(from <= to, `${name} was asked for ${from} to ${to}`);
      const bytes = new Uint8Array(to - from);
      await readInto(from, bytes, signal);
      return bytes;
    },
    close: async () => undefined,
  };
  return {
    name,
    size,
    open: (from = 0, signal) => open(from, size, signal),
    openAccess: async () => access,
    pin: async () => ({ kind: 's3', bytes: size, bucket: at.bucket, key: at.full(key), etag }),
    // a read of another version is refused by S3 itself
    checkUnchanged: async () => undefined,
  };
}
