import { isFileId } from '../files/index.ts';
import { parsedObject } from '../sqs/index.ts';

/** What a message of the intake queue is about. */
export type IntakeMessage =
  /** Something was put there: an event of S3, or what a sweep has found. Keys are as they are, no longer as they stand in an address. */
  | { readonly kind: 'objects'; readonly objects: readonly { readonly bucket: string; readonly key: string }[] }
  /** A file that is known: a message of our own. */
  | { readonly kind: 'file'; readonly file: string }
  /** What S3 says once when notifications are set up. */
  | { readonly kind: 'test' };

/**
 * Reads a message: a notification of S3 (S3 User Guide, "Event message structure", 2026-11), straight or through a topic or a bus,
 * or our own, `{file}` or `{bucket, key}`. Undefined for anything else. Nothing but bucket and key is believed.
 */
export function intakeOfMessage(body: unknown): IntakeMessage | undefined {
  const message = parsedObject(body);
  const { file, bucket, key, Event: event, Records: records, detail, source } = message;
  if (typeof file === 'string') return isFileId(file) ? { kind: 'file', file } : undefined;
  if (typeof bucket === 'string' && typeof key === 'string') return { kind: 'objects', objects: [{ bucket, key }] };
  if (event === 's3:TestEvent') return { kind: 'test' };
  if (source === 'aws.s3') return ofBus(detail);
  if (!Array.isArray(records)) return undefined;
  const objects = records.flatMap(objectOf);
  return objects.length === 0 ? undefined : { kind: 'objects', objects };
}

function objectOf(record: unknown): { readonly bucket: string; readonly key: string }[] {
  const { s3, eventName } = (record ?? {}) as { readonly s3?: S3Entity; readonly eventName?: unknown };
  const bucket = s3?.bucket?.name;
  const key = s3?.object?.key;
  if (typeof bucket !== 'string' || typeof key !== 'string') return [];
  if (typeof eventName === 'string' && !eventName.replace(/^s3:/, '').startsWith('ObjectCreated')) return [];
  const plain = decoded(key);
  return plain === undefined ? [] : [{ bucket, key: plain }];
}

interface S3Entity {
  readonly bucket?: { readonly name?: unknown };
  readonly object?: { readonly key?: unknown };
}

/** EventBridge has keys as they are. */
function ofBus(detail: unknown): IntakeMessage | undefined {
  const { bucket, object } = (detail ?? {}) as S3Entity;
  if (typeof bucket?.name !== 'string' || typeof object?.key !== 'string') return undefined;
  return { kind: 'objects', objects: [{ bucket: bucket.name, key: object.key }] };
}

/** Keys stand in notifications as they do in a form: a space is a plus. Undefined for what no key can be. */
function decoded(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
