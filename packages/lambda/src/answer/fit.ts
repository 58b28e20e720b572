import type { Answer } from './answer.ts';

/**
 * Bytes of one answer. Step Functions takes 262,144 of one task and of the whole array of a Map (Service quotas, 2026-11); what
 * is left of it is room for the state around it.
 */
const MOST = 250_000;
const MOST_OF_ALL = 240_000;

/** An answer as it is sent, and what has to be written elsewhere first. */
export interface FittedAnswer {
  readonly output: string;
  readonly object?: { readonly bucket: string; readonly key: string; readonly body: string };
}

/**
 * Keeps the answers of all manifests within what a state may return. One that is too large goes whole to `answerKey` in the
 * output bucket, and what is returned points there in place of `keys`; where even that is too large, it is all that is returned.
 */
export function fit(answer: Answer, o: { readonly manifestCount: number; readonly answerKey: string }): FittedAnswer {
  const budget = Math.min(MOST, Math.floor(MOST_OF_ALL / Math.max(1, o.manifestCount)));
  const whole = JSON.stringify(answer);
  if (Buffer.byteLength(whole) <= budget) return { output: whole };
  const { keys, status, bucket, error, ...rest } = answer;
  const head = { status, bucket, ...(error === undefined ? {} : { error }) };
  const place = { keys_location: { bucket, key: o.answerKey }, key_count: keys.length };
  const object = { bucket, key: o.answerKey, body: whole };
  const pointer = JSON.stringify({ ...head, ...place, ...rest });
  if (Buffer.byteLength(pointer) <= budget) return { output: pointer, object };
  return { output: JSON.stringify({ ...head, ...place }), object };
}
