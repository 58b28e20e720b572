import { type Manifest, type PartBody, type Price, tokenCost } from '@batchrock/core';
import type { AttemptCost, DifferenceCause, JobCost, ManifestSum, TokenDifference, Tokens } from './cost-report.ts';

/** What a collected part has cost, beside what its manifest says. */
export function jobCost(part: PartBody, manifest: Manifest | undefined, price: Price | undefined): JobCost {
  const tokens = { input: part.collected?.inputTokens, output: part.collected?.outputTokens };
  // no manifest of Bedrock's is there on demand: its answers say what was billed
  const said = part.onDemand ? undefined : saidTokens(manifest, tokens);
  const cost = tokenCost(price, tokens.input, tokens.output);
  return {
    attempt: part.attempt,
    part: part.part,
    jobArn: part.jobArn ?? '',
    status: part.jobStatus,
    records: part.records,
    padding: part.onDemand ? 0 : part.sentinels,
    ...(part.onDemand && { onDemand: true }),
    succeeded: part.collected?.succeeded ?? 0,
    tokens,
    manifest: said,
    difference: said && differenceOf(part, tokens, said),
    batchUsd: part.onDemand ? cost?.onDemandUsd : cost?.batchUsd,
  };
}

/** One without any token, of a job whose answers say some, says nothing of them. */
function saidTokens(manifest: Manifest | undefined, { input = 0, output = 0 }: Tokens): Tokens | undefined {
  if (manifest === undefined) return undefined;
  const says = manifest.inputTokens + manifest.outputTokens > 0 || input + output === 0;
  return says ? { input: manifest.inputTokens, output: manifest.outputTokens } : undefined;
}

function differenceOf(part: PartBody, tokens: Tokens, said: Tokens): TokenDifference | undefined {
  const input = (said.input ?? 0) - (tokens.input ?? 0);
  const output = (said.output ?? 0) - (tokens.output ?? 0);
  return input === 0 && output === 0 ? undefined : { input, output, causes: causesOf(part, input, output) };
}

function causesOf({ sentinels, collected, jobStatus }: PartBody, input: number, output: number): DifferenceCause[] {
  const causes: DifferenceCause[] = [];
  const { failed = 0, retryable = 0, missing = 0 } = collected ?? {};
  if (input > 0 || output > 0) {
    if (sentinels > 0) causes.push('padding');
    if (failed + retryable > 0) causes.push('failed');
    if (missing > 0) causes.push('missing');
  }
  if ((input < 0 || output < 0) && jobStatus !== 'Completed') causes.push('cut-short');
  return causes.length > 0 ? causes : ['unexplained'];
}

/** The jobs of each attempt together, in order. */
export function attemptCosts(jobs: readonly JobCost[]): AttemptCost[] {
  const attempts = [...new Set(jobs.map(({ attempt }) => attempt))].toSorted((a, b) => a - b);
  return attempts.map((attempt) => {
    const own = jobs.filter((job) => job.attempt === attempt);
    return {
      attempt,
      jobs: own.length,
      records: sumOf(own, ({ records }) => records),
      padding: sumOf(own, ({ padding }) => padding),
      tokens: knownTokens(own.map(({ tokens }) => tokens)),
      manifest: own.every(({ manifest }) => manifest !== undefined)
        ? knownTokens(own.map(({ manifest = NOTHING }) => manifest))
        : undefined,
      batchUsd: knownSum(own, ({ batchUsd, succeeded }) => batchUsd ?? (succeeded === 0 ? 0 : undefined)),
    };
  });
}

const NOTHING: Tokens = { input: undefined, output: undefined };

/** All manifests together. */
export function manifestSum(jobs: readonly JobCost[]): ManifestSum {
  const there = jobs.filter(({ manifest }) => manifest !== undefined);
  const differing = there.flatMap(({ difference }) => difference ?? []);
  const input = sumOf(differing, (each) => each.input);
  const output = sumOf(differing, (each) => each.output);
  const causes = [...new Set(differing.flatMap((each) => each.causes))];
  return {
    jobs: there.length,
    without: jobs.length - there.length,
    tokens: knownTokens(there.map(({ manifest = NOTHING }) => manifest)),
    difference: differing.length === 0 ? undefined : { input, output, causes },
  };
}

/**
 * What Bedrock bills for: of each job what its manifest says, else what its answers do; the greater of the two where the manifest may be
 * of an earlier moment. Unknown where a job has answers and neither says how many tokens.
 */
export function billedTokens(jobs: readonly JobCost[]): Tokens {
  const isUnsaid = ({ manifest, tokens, succeeded }: JobCost): boolean =>
    manifest === undefined && succeeded > 0 && tokens.input === undefined && tokens.output === undefined;
  return jobs.some(isUnsaid) ? NOTHING : knownTokens(jobs.map(billedOf));
}

function billedOf({ manifest, tokens, difference }: JobCost): Tokens {
  if (manifest === undefined) return tokens;
  if (!difference?.causes.includes('cut-short')) return manifest;
  return { input: greater(manifest.input, tokens.input), output: greater(manifest.output, tokens.output) };
}

function greater(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

/** What padding was billed with; undefined where it is mixed with other differences, or a job has no manifest. */
export function paddingTokens(jobs: readonly JobCost[]): Tokens | undefined {
  const padded = jobs.filter(({ padding }) => padding > 0);
  const isPure = ({ difference }: JobCost): boolean => difference?.causes.every((cause) => cause === 'padding') ?? false;
  if (!padded.every(isPure)) return undefined;
  return {
    input: sumOf(padded, (job) => job.difference?.input ?? 0),
    output: sumOf(padded, (job) => job.difference?.output ?? 0),
  };
}

/** Sums over those that say it; undefined where none does. */
export function knownTokens(all: readonly Tokens[]): Tokens {
  const known = (of: (tokens: Tokens) => number | undefined): number | undefined =>
    all.every((tokens) => of(tokens) === undefined) ? undefined : sumOf(all, (tokens) => of(tokens) ?? 0);
  return { input: known(({ input }) => input), output: known(({ output }) => output) };
}

/** Undefined where one is. */
export function knownSum<T>(all: readonly T[], of: (each: T) => number | undefined): number | undefined {
  return all.some((each) => of(each) === undefined) ? undefined : sumOf(all, (each) => of(each) ?? 0);
}

export function sumOf<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((sum, each) => sum + of(each), 0);
}
