import { type FaultPlan, onLedger } from './faults.ts';
import { REGIONS_FROM } from './region-world.ts';
import { runSeed, type SeedOptions } from './seed.ts';
import { steadyTail, TAIL_FROM } from './tail-world.ts';
import type { InvariantName } from './trace.ts';

/** Another way to run the same seed, which must end in the same bytes. */
interface Variant {
  readonly name: string;
  /** The promise that is broken where it does not. */
  readonly holds: InvariantName;
  readonly options: SeedOptions;
}

/** Stops come at other moments in another world, and a job that is stopped has other results: nobody stops any, nor tries again. */
function unstopped(plan: FaultPlan): FaultPlan {
  return { ...plan, humanStopsPerHour: 0, stopsPerHour: 0, stopAtCreateRate: 0, retriesPerHour: 0, jobsStaySo: true };
}

/** Nothing goes wrong but what jobs are born with. */
function undisturbed(plan: FaultPlan): FaultPlan {
  return {
    ...unstopped(plan),
    errorBeforeRate: 0,
    lostReplyRate: 0,
    slowRate: 0,
    lateRate: 0,
    hungRate: 0,
    crashRate: 0,
    freezeRate: 0,
    throttleRate: 0,
    unavailableRate: 0,
    conflictRate: 0,
    ledgerThrottleRate: 0,
    slowDownRate: 0,
    lidsPerHour: 0,
    interruptsPerHour: 0,
    clockStepsPerHour: 0,
    leaksPerHour: 0,
    foreignJobsPerHour: 0,
    forgedEventsPerHour: 0,
  };
}

const BASE: SeedOptions = { adjust: unstopped };

const VARIANTS: readonly Variant[] = [
  { name: 'without events', holds: 'I10', options: { adjust: (plan) => ({ ...unstopped(plan), eventsOn: false }) } },
  { name: 'undisturbed', holds: 'I11', options: { adjust: undisturbed, shape: 'command-line' } },
  { name: 'by one process', holds: 'I16', options: { ...BASE, shape: 'command-line', alone: true } },
  { name: 'in one Region', holds: 'I16', options: { ...BASE, oneRegion: true } },
  {
    name: 'by command lines on SQLite',
    holds: 'I16',
    options: { shape: 'command-line', adjust: (plan) => onLedger(unstopped(plan), 'sqlite') },
  },
  {
    name: 'by handlers on DynamoDB',
    holds: 'I16',
    options: { shape: 'handlers', adjust: (plan) => onLedger(unstopped(plan), 'dynamodb') },
  },
];

/** A variant that went another way. */
export interface Difference {
  readonly holds: InvariantName;
  readonly message: string;
}

/** Runs a seed in every variant; the first that breaks a promise or ends in other bytes. */
export async function findDifference(seed: number): Promise<Difference | undefined> {
  const steady: SeedOptions = { adjustTail: steadyTail, allPermitted: true };
  const base = await runSeed(seed, { ...BASE, ...steady });
  if (base.violation !== undefined) return { holds: base.violation.invariant, message: base.violation.message };
  for (const { name, holds, options } of VARIANTS) {
    // handlers ask no model, and what would go on demand is padded and has the answers of jobs; nor do they know of Regions
    if (options.shape === 'handlers' && seed >= TAIL_FROM) continue;
    if (options.oneRegion === true && seed < REGIONS_FROM) continue;
    const { violation, results } = await runSeed(seed, { ...options, ...steady });
    if (violation !== undefined) return { holds: violation.invariant, message: `${name}: ${violation.message}` };
    if (results !== base.results) return { holds, message: `${name} it ends in other bytes` };
  }
  return undefined;
}
