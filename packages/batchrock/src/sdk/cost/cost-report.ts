import type { RunStatus } from '../run-status.ts';

/** Tokens; undefined where nobody says how many. */
export interface Tokens {
  readonly input: number | undefined;
  readonly output: number | undefined;
}

/**
 * Why a manifest says other tokens than the answers do, as far as can be told. `padding`: records that fill a job up to its minimum;
 * `failed`: records whose errors say no tokens; `missing`: records that nothing came back for; `cut-short`: a job that did not
 * complete, whose manifest may have been written before its end; `unexplained`: none of them.
 */
export type DifferenceCause = 'padding' | 'failed' | 'missing' | 'cut-short' | 'unexplained';

/** What the manifest says more than the answers do, which is negative where it says less. */
export interface TokenDifference {
  readonly input: number;
  readonly output: number;
  readonly causes: readonly DifferenceCause[];
}

/** One job that was collected. USD by batch inference, at full price for one that went on demand; undefined where the price or the tokens are not known. */
export interface JobCost {
  readonly attempt: number;
  readonly part: number;
  readonly jobArn: string;
  readonly status: string | undefined;
  readonly records: number;
  readonly padding: number;
  /** It was no job: its records were asked for one by one. */
  readonly onDemand?: true;
  readonly succeeded: number;
  /** Sums over its answers. */
  readonly tokens: Tokens;
  /** What its manifest says; undefined where there is none. */
  readonly manifest: Tokens | undefined;
  /** Undefined where the two are the same, or one is not known. */
  readonly difference: TokenDifference | undefined;
  readonly batchUsd: number | undefined;
}

/** The jobs of an attempt together. */
export interface AttemptCost {
  readonly attempt: number;
  readonly jobs: number;
  readonly records: number;
  readonly padding: number;
  readonly tokens: Tokens;
  /** Undefined where one of its jobs has no manifest. */
  readonly manifest: Tokens | undefined;
  readonly batchUsd: number | undefined;
}

/** What the manifests of a run say together. */
export interface ManifestSum {
  readonly jobs: number;
  /** Jobs that have none: their answers stand in for it. */
  readonly without: number;
  readonly tokens: Tokens;
  readonly difference: TokenDifference | undefined;
}

/** What a run has cost, by its ledger, beside what Bedrock's manifests say. USD; undefined is a figure that is not known, never 0. */
export interface CostReport {
  /** Tokens and cost of the answers, as every other command tells them. */
  readonly status: RunStatus;
  readonly manifest: ManifestSum;
  /** By the manifests, padding included; where a job has none, by its answers. */
  readonly billedUsd: number | undefined;
  /** What the same answers cost on demand more than was billed. */
  readonly savedUsd: number | undefined;
  /** Of `billedUsd`, for 1,000 rows that succeeded or failed. */
  readonly perThousandRowsUsd: number | undefined;
  readonly priceSource: string | undefined;
  /** Attempts after the first; part of the cost. */
  readonly retries: { readonly records: number; readonly batchUsd: number | undefined };
  /** Billed beside the answers; undefined where it cannot be told from other differences. */
  readonly padding: { readonly records: number; readonly batchUsd: number | undefined };
  /** What went on demand, and what that was billed with; part of the cost. */
  readonly tail: { readonly records: number; readonly usd: number | undefined };
  /** Rows with answers of other runs, and what these cost there. */
  readonly cached: { readonly rows: number; readonly savedUsd: number | undefined };
  /** Rows with outcomes of others, and what they would have cost: as much as a record of the run does on average. */
  readonly duplicates: { readonly rows: number; readonly savedUsd: number | undefined };
  readonly attempts: readonly AttemptCost[];
  readonly jobs: readonly JobCost[];
  /** Why no manifest could be read. */
  readonly unread: { readonly code: string; readonly message: string } | undefined;
}
