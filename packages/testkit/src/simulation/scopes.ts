import { type Fate, nameFault, type Place } from './fate.ts';
import { calm, type FaultPlan } from './faults.ts';
import { createRng } from './random.ts';
import { runSeed, type SeedOptions } from './seed.ts';
import { steadyTail } from './tail-world.ts';

/** What can happen at one call of a port. */
const CALL_FAULTS = ['refused', 'reply lost', 'slow', 'crash before', 'crash after', 'freeze'] as const;

/** A small world in which faults are tried at every call. */
export interface Scope {
  readonly name: string;
  readonly seed: number;
  readonly options: SeedOptions;
}

/** A set of faults that breaks a promise. */
interface ScopeFailure {
  readonly scope: string;
  readonly faults: readonly string[];
  readonly message: string;
}

/** How the search of one scope went. */
export interface ScopeReport {
  runs: number;
  readonly failures: ScopeFailure[];
}

/** Nothing goes wrong by itself, and no read is done in no time, so that every call can go wrong. */
const still = (plan: FaultPlan): FaultPlan => ({ ...calm(plan), readAtOnceRate: 0, clockSkewMs: 0, pageLagMs: 0 });
/** As `still`, but records fail and jobs end early. */
const failing = (plan: FaultPlan): FaultPlan => ({
  ...still(plan),
  jobsStaySo: true,
  failedRecordRate: 0.3,
  jobPartialRate: 0.3,
});

/** As `still`, but some records break their jobs. */
const breaking = (plan: FaultPlan): FaultPlan => ({ ...still(plan), jobsStaySo: true, breakingRecordRate: 0.1 });

const one: SeedOptions = { shape: 'command-line', alone: true };

/** Small worlds of each kind. */
export const SCOPES: readonly Scope[] = [
  { name: 'one padded part', seed: 99, options: { ...one, adjust: still } },
  { name: 'one part', seed: 62, options: { ...one, adjust: still } },
  { name: 'two attempts', seed: 6, options: { ...one, adjust: failing } },
  { name: 'a record that breaks its job', seed: 97, options: { ...one, adjust: breaking } },
  { name: 'a tail on demand', seed: 10_000_092, options: { ...one, adjust: still, adjustTail: steadyTail } },
  { name: 'two processes', seed: 17, options: { shape: 'command-line', adjust: still } },
  { name: 'handlers', seed: 66, options: { shape: 'handlers', adjust: still } },
];

/** Calls and the fault of each, as `plannedFate` takes and gives them. */
interface PlannedFate extends Fate {
  /** The calls in their order. */
  readonly calls: readonly Place[];
}

/** These faults strike whatever their rates are, each at its longest. */
function plannedFate(seed: number, faults: readonly string[]): PlannedFate {
  const planned = new Set(faults);
  const struck: string[] = [];
  const calls: Place[] = [];
  return {
    struck,
    calls,
    strikes(kind, rate, place) {
      // the first that is asked for at each call; nothing happens to the last look
      if (kind === 'crash before' && place.who !== 'audit') calls.push(place);
      if (planned.size > 0 && planned.has(nameFault(kind, place))) {
        struck.push(nameFault(kind, place));
        return true;
      }
      return rate > 0 && createRng(seed, nameFault(kind, place)).chance(rate);
    },
    details: (kind, place) => ({ ...createRng(seed, nameFault(kind, place)), logUniform: (_low, high) => high }),
  };
}

interface ScopeRun {
  readonly calls: readonly Place[];
  readonly message: string | undefined;
}

async function runScope({ seed, options }: Scope, faults: readonly string[]): Promise<ScopeRun> {
  const fate = plannedFate(seed, faults);
  const { violation } = await runSeed(seed, { ...options, fate });
  return { calls: fate.calls, message: violation?.message };
}

/** Says of a call, among all in their order, whether a fault is tried at it. */
export type CallFilter = (calls: readonly Place[], index: number) => boolean;

/** Calls with which a job comes into being, is recorded or is forgotten. */
export const isWrite: CallFilter = (calls, index) => {
  const { what } = calls[index]!;
  return what.startsWith('service.create') || what.startsWith('ledger.commit');
};

/** The intent is two calls before a Create, and the commit that records its job three behind it. */
const BEFORE_CREATE = 2;
const BEHIND_CREATE = 3;

/** The calls around each Create, those too that come about because of a fault: from its intent to the commit of its job. */
export const isAroundCreate: CallFilter = (calls, index) =>
  calls
    .slice(Math.max(0, index - BEHIND_CREATE), index + BEFORE_CREATE + 1)
    .some(({ what }) => what.startsWith('service.create'));

/** Which calls of a scope are tried. */
interface SearchOptions {
  /** Faults at once: 1 to 3. */
  readonly depth: number;
  /** Calls at which a fault is tried; default: all. */
  readonly at?: CallFilter;
  /** Of the first faults, only every `step`-th from `from`: a share for one process of several. */
  readonly from?: number;
  readonly step?: number;
}

/**
 * Tries every fault at every call, then every pair of one fault and another behind it, and so on. What comes behind a fault
 * is what the world does then: its calls are taken from the run with that fault.
 */
export async function searchScope(scope: Scope, options: SearchOptions): Promise<ScopeReport> {
  const report: ScopeReport = { runs: 0, failures: [] };
  const { depth, at = () => true, from = 0, step = 1 } = options;
  const visit = async (faults: readonly string[], last: number, calls: readonly Place[]): Promise<void> => {
    let share = 0;
    for (let i = last + 1; i < calls.length; i++) {
      if (!at(calls, i)) continue;
      for (const kind of CALL_FAULTS) {
        if (faults.length === 0 && share++ % step !== from) continue;
        const more = [...faults, nameFault(kind, calls[i]!)];
        const run = await runScope(scope, more);
        report.runs++;
        if (run.message !== undefined) report.failures.push({ scope: scope.name, faults: more, message: run.message });
        else if (more.length < depth) await visit(more, i, run.calls);
      }
    }
  };
  await visit([], -1, (await runScope(scope, [])).calls);
  return report;
}
