import type { Dedupe, Dialect, SourcePin } from '@batchrock/core';
import { nodeSha256 } from '../node/index.ts';
import type { CheckedQuestion } from './question.ts';
import type { RunBounds } from './run-bounds.ts';

/** What determines the answers, and how they are asked for: equal values are one run. */
export interface IdentityInput {
  readonly question: CheckedQuestion;
  /** What its files are known by, in order. */
  readonly files: readonly SourcePin[];
  readonly format: Dialect['format'];
  /** As given; a delimiter that was found does not count. */
  readonly delimiter: string | undefined;
  readonly recordsPerJob: number | undefined;
  /** What bounds the rows that are sent and the jobs; undefined without any bound. */
  readonly bounds?: RunBounds | undefined;
  readonly strict: boolean;
  /** Which rows are not sent since others ask for the same; undefined where all are. */
  readonly dedupe?: Dedupe | undefined;
  /** Rows may have answers of other runs. */
  readonly cache?: boolean | undefined;
  /** From `targetIdentity`. */
  readonly target: object;
}

/**
 * SHA-256 over everything that determines the answers, in hexadecimal: the same command finds its run by it. How many jobs
 * run at once, how often a record is tried and how long a job may take do not count: they change no answer.
 */
export function runIdentity(input: IdentityInput): string {
  const { model, invocationType, familyModule, request } = input.question;
  const text = canonicalJson({
    schema: 'question/1',
    dataset: { files: input.files, format: input.format, delimiter: input.delimiter },
    model: { modelId: model.modelId, family: model.family.name, familyModule: familyModule?.sha256, invocationType },
    request,
    recordsPerJob: input.recordsPerJob,
    bounds: input.bounds,
    strict: input.strict,
    dedupe: input.dedupe,
    cache: input.cache || undefined,
    target: input.target,
  });
  return Buffer.from(nodeSha256.sha256(new TextEncoder().encode(text))).toString('hex');
}

/** Two digits of base 36 from an identity: the start of every record id of a run. */
export function recordPrefix(identity: string): string {
  return (Number.parseInt(identity.slice(-8), 16) % 1296).toString(36).padStart(2, '0');
}

/** JSON with the keys of every object in order of their UTF-16 units, and without undefined values. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
