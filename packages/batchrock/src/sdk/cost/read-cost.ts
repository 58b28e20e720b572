import {
  cachedTokens,
  findRun,
  isBatchrockError,
  jobManifest,
  loadParts,
  type Manifest,
  type PartBody,
  type Price,
  type RunPorts,
  StateError,
  tokenCost,
} from '@batchrock/core';
import { findRunId, runsOf, type Session } from '../session.ts';
import { statusOf } from '../status.ts';
import type { CostReport, Tokens } from './cost-report.ts';
import { attemptCosts, billedTokens, jobCost, knownSum, knownTokens, manifestSum, paddingTokens, sumOf } from './job-cost.ts';

/** What a run has cost; default: the newest. Reads the ledger and the manifests of its jobs, and asks Bedrock nothing. */
export async function readCost(session: Session, reference?: string): Promise<CostReport> {
  const run = await findRunId(session, reference);
  return costOf(session, run, {});
}

/** What is read of runs. */
export interface CostOptions {
  /** False: what rows with answers of other runs have saved is not told. Each of those answers is read for it. */
  readonly cached?: boolean;
}

/** The same of every run of the ledger, newest first. */
export async function readCosts(session: Session, options: CostOptions = {}): Promise<readonly CostReport[]> {
  const reports: CostReport[] = [];
  for (const { run } of await runsOf(session)) reports.push(await costOf(session, run, options));
  return reports;
}

async function costOf(session: Session, id: string, options: CostOptions): Promise<CostReport> {
  const found = await findRun(session.ledger, id);
  if (found === undefined) throw new StateError('BR-E0201', `no run ${id} in this ledger`, { details: { run: id } });
  const home = await session.findHome(id);
  const status = await statusOf(session, found.body, home);
  const parts = await loadParts(session.ledger, found.body);
  const price = home?.document.model.price;
  const read = await readObjects(session, id, parts, options);
  const sent = parts.filter(isSentAndCollected);
  const jobs = sent.map((part) => jobCost(part, read.manifests.get(part), price));
  const usd = ({ input, output }: Tokens): number | undefined => tokenCost(price, input, output)?.batchUsd;
  const ofJobs = jobs.filter((job) => job.onDemand === undefined);
  const tail = jobs.filter((job) => job.onDemand === true);
  const tailUsd = knownSum(tail, ({ batchUsd, succeeded }) => batchUsd ?? (succeeded === 0 ? 0 : undefined));
  const billedUsd =
    jobs.length === 0 ? status.cost.batchUsd : addKnown(ofJobs.length === 0 ? 0 : usd(billedTokens(ofJobs)), tailUsd);
  const padding = paddingTokens(jobs);
  const again = jobs.filter(({ attempt }) => attempt > 1);
  const { onDemandUsd } = status.cost;
  const rows = status.succeeded + status.failed;
  return {
    status,
    manifest: manifestSum(ofJobs),
    billedUsd,
    savedUsd: billedUsd === undefined || onDemandUsd === undefined ? undefined : onDemandUsd - billedUsd,
    perThousandRowsUsd: billedUsd === undefined || rows === 0 ? undefined : (billedUsd / rows) * 1000,
    priceSource: price?.source,
    retries: {
      records: sumOf(again, ({ records }) => records),
      batchUsd:
        again.length === 0
          ? ofNothing(price)
          : knownSum(again, ({ batchUsd, succeeded }) => batchUsd ?? (succeeded === 0 ? 0 : undefined)),
    },
    padding: { records: sumOf(jobs, (job) => job.padding), batchUsd: padding && usd(padding) },
    tail: { records: sumOf(tail, ({ records }) => records), usd: tail.length === 0 ? ofNothing(price) : tailUsd },
    cached: { rows: status.cached, savedUsd: status.cached === 0 ? ofNothing(price) : usd(read.cached) },
    duplicates: { rows: status.duplicates, savedUsd: duplicatesUsd(status.duplicates, parts, status.cost.batchUsd, price) },
    attempts: attemptCosts(jobs),
    jobs,
    unread: read.unread,
  };
}

function addKnown(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}

function isSentAndCollected({ state, jobArn }: PartBody): boolean {
  return state === 'collected' && jobArn !== undefined;
}

function ofNothing(price: Price | undefined): number | undefined {
  return price === undefined ? undefined : 0;
}

/** As much as an answered record of the run cost on average. */
function duplicatesUsd(rows: number, parts: readonly PartBody[], batchUsd: number | undefined, price: Price | undefined) {
  if (rows === 0) return ofNothing(price);
  const answered = sumOf(parts, ({ collected }) => collected?.succeeded ?? 0);
  return batchUsd === undefined || answered === 0 ? undefined : (batchUsd / answered) * rows;
}

/** What was read of a run's objects. */
interface ReadObjects {
  readonly manifests: ReadonlyMap<PartBody, Manifest | undefined>;
  readonly cached: Tokens;
  readonly unread: CostReport['unread'];
}

const NO_TOKENS: Tokens = { input: undefined, output: undefined };

/** The ledger alone tells what a run cost by its answers: a bucket that cannot be reached keeps nobody from that. */
async function readObjects(
  session: Session,
  run: string,
  parts: readonly PartBody[],
  { cached: isAsked = true }: CostOptions,
): Promise<ReadObjects> {
  const manifests = new Map<PartBody, Manifest | undefined>();
  const sent = parts.filter(isSentAndCollected);
  const withCached = parts.filter(({ attempt, cached }) => isAsked && attempt === 1 && cached !== undefined && cached.rows > 0);
  const home = await session.findHome(run);
  if (home === undefined || sent.length + withCached.length === 0) return { manifests, cached: NO_TOKENS, unread: undefined };
  try {
    const { ports } = await session.connect(home.target);
    for (const [part, manifest] of await readManifests(ports, sent)) manifests.set(part, manifest);
    const cached: Tokens[] = [];
    for (const part of withCached) cached.push(withBoth(await cachedTokens(ports, part)));
    return { manifests, cached: knownTokens(cached), unread: undefined };
  } catch (error) {
    if (!isBatchrockError(error)) throw error;
    return { manifests, cached: NO_TOKENS, unread: { code: error.code, message: error.message } };
  }
}

/** Read at once. */
const AT_ONCE = 16;

async function readManifests(
  ports: Pick<RunPorts, 'objects'>,
  parts: readonly PartBody[],
): Promise<readonly (readonly [PartBody, Manifest | undefined])[]> {
  const read: (readonly [PartBody, Manifest | undefined])[] = [];
  for (let at = 0; at < parts.length; at += AT_ONCE) {
    const some = parts.slice(at, at + AT_ONCE);
    read.push(...(await Promise.all(some.map(async (part) => [part, await jobManifest(ports, part)] as const))));
  }
  return read;
}

function withBoth({ input, output }: Partial<Tokens>): Tokens {
  return { input, output };
}
