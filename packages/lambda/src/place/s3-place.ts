/** A bucket and a prefix or key in it. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/** Characters that Bedrock takes in a key (pattern of `S3Uri`, Bedrock API model, 2026-11): no `=`, `+`, `@`, `%`, `:`, space. */
const KEY = /^[-!_*'().a-z0-9A-Z]+(?:\/[-!_*'().a-z0-9A-Z]+)*\/?$/;
const BUCKET = /^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/;
const MAX_URI = 1024;

/** Splits `s3://bucket/key`; undefined for anything else. The key may be empty. */
export function parseS3Uri(uri: string): S3Place | undefined {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** True for a URI that Bedrock takes as the place of a job's input or output. */
export function isBedrockUri(uri: string): boolean {
  const place = parseS3Uri(uri);
  return place !== undefined && uri.length <= MAX_URI && BUCKET.test(place.bucket) && (place.key === '' || KEY.test(place.key));
}

/** The same place with every character that Bedrock does not take made a hyphen, and a slash at the end. */
export function validFolderUri(uri: string): string {
  const place = parseS3Uri(uri);
  if (place === undefined) return uri;
  const folders = place.key.split('/').filter((folder) => folder !== '');
  const path = folders.map((folder) => `${folder.replace(/[^-!_*'().a-z0-9A-Z]/g, '-')}/`).join('');
  return `s3://${place.bucket}/${path}`;
}
