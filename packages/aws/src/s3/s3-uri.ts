import { InputError } from '@batchrock/core';

/** What an `s3://` address of a dataset means: one object, all objects below a prefix, or those that fit a pattern. */
export type S3Address =
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'prefix'; readonly bucket: string; readonly prefix: string }
  | {
      readonly kind: 'pattern';
      readonly bucket: string;
      /** What every key begins with; ends before the first `*`. */
      readonly prefix: string;
      readonly fits: (key: string) => boolean;
    };

/** Names of buckets (S3 User Guide, "General purpose bucket naming rules", 2026-11) and access point aliases. */
const BUCKET = /^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/;

/** Reads `s3://bucket/key`, `s3://bucket/prefix/` or `s3://bucket/prefix/*.csv`. Throws `BR-E0120`. */
export function parseS3Address(uri: string): S3Address {
  const [, bucket = '', slash = '', key = ''] = /^s3:\/\/([^/]*)(\/?)(.*)$/is.exec(uri) ?? [];
  if (!BUCKET.test(bucket)) {
    throw new InputError('BR-E0120', `${uri} names no bucket: ${JSON.stringify(bucket)}`, {
      hint: 'give s3://bucket/key, with a bucket of 3 to 63 lower-case letters, digits, dots and hyphens',
      details: { value: uri },
    });
  }
  if (slash === '') {
    throw new InputError('BR-E0120', `${uri} names a bucket and no object in it`, {
      hint: `give s3://${bucket}/key, or s3://${bucket}/ for all of its objects`,
      details: { value: uri },
    });
  }
  const star = key.indexOf('*');
  if (star >= 0) return { kind: 'pattern', bucket, prefix: key.slice(0, star), fits: patternOf(key) };
  if (key === '' || key.endsWith('/')) return { kind: 'prefix', bucket, prefix: key };
  return { kind: 'object', bucket, key };
}

/** `*` stands for anything but a slash, `**` for anything. */
function patternOf(pattern: string): (key: string) => boolean {
  const pieces = pattern.split(/(\*\*\/|\*+)/).map((piece) => {
    if (piece === '**/') return '(?:.*/)?';
    if (piece.startsWith('*')) return piece.length > 1 ? '.*' : '[^/]*';
    return piece.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
  });
  const expression = new RegExp(`^${pieces.join('')}$`, 's');
  return (key) => expression.test(key);
}
