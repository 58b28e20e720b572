import { type BatchServiceFacts, ServiceError } from '@batchrock/core';
import type { Target } from './target.ts';

/** The embedded local Bedrock, as this process has it. */
export interface EmbeddedBedrock {
  readonly url: string;
  readonly facts: Partial<BatchServiceFacts>;
  close(): Promise<void>;
}

/** Seconds of the local Bedrock's clock in a second of the wall, unless it is told otherwise. */
const DEFAULT_SPEED = 1000;

/** Starts the local Bedrock in a thread of this process, or finds the process of this state directory that runs it. */
export async function openLocalBedrock(target: Extract<Target, { kind: 'local' }>): Promise<EmbeddedBedrock> {
  // the server is loaded only where it may be started
  const { ensureLocalBedrock } = await import('@batchrock/local');
  const shared = await ensureLocalBedrock({
    dir: target.dir,
    region: target.region,
    buckets: [target.bucket, ...(target.elsewhere ?? []).map(({ bucket }) => bucket)],
    speed: target.speed ?? DEFAULT_SPEED,
    // whoever asks for a model that the catalogue lacks has said by which family it is spoken to
    anyModel: true,
  });
  return {
    get url() {
      return shared.url;
    },
    facts: localFacts({ speed: target.speed ?? DEFAULT_SPEED, listLagMs: 0 }),
    close: () => shared.close(),
  };
}

const LEAST_SETTLE_MS = 2_000;

/**
 * What the local Bedrock promises where AWS documents nothing: List shows a job at once, a request does not outlive its
 * connection, and half an hour of its clock is enough for output to appear (at least 2 s, for the machine's sake).
 */
function localFacts({ speed, listLagMs }: LocalClock): BatchServiceFacts {
  return {
    tokenTrustMs: 2_000,
    signatureMs: 3_000,
    listSettleMs: 1_000 + listLagMs,
    outputSettleMs: Math.max(LEAST_SETTLE_MS, (30 * 60_000) / speed),
  };
}

/** How a local Bedrock's time runs. */
interface LocalClock {
  /** Seconds of its clock in a second of the wall. */
  readonly speed: number;
  /** How long a new job is missing from List. */
  readonly listLagMs: number;
}

/** A busy machine answers late. What a server is decides how the rows of a run are kept, so it is waited for, and not guessed. */
const PATIENCE_MS = 30_000;

/**
 * Asks a server whether it is a local Bedrock: then its answers are synthetic, and it keeps these facts. Undefined for any
 * other, also for one that nobody can connect to: the first real call will say so with its own error. Throws `BR-E0506` for one
 * that takes the call and does not answer for `patienceMs`.
 */
export async function askLocalBedrock(url: string, patienceMs = PATIENCE_MS): Promise<BatchServiceFacts | undefined> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const answer = await fetch(`${url}/_batchrock/health`, { signal });
    const health = (await answer.json()) as Readonly<Record<string, unknown>>;
    if (health['service'] !== 'batchrock-local') return undefined;
    return localFacts({ speed: Number(health['speed'] ?? 1), listLagMs: Number(health['listLagMs'] ?? 0) });
  } catch (error) {
    if (!signal.aborted) return undefined;
    throw new ServiceError('BR-E0506', `${url} takes calls, and has not answered for ${patienceMs / 1000} s`, {
      reason: 'unavailable',
      effect: 'none',
      cause: error,
      details: { url },
    });
  }
}
