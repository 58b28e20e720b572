import { InputError } from '../errors/index.ts';
import type { ModelLimits, Price } from '../model/index.ts';
import {
  evenParts,
  type Forecast,
  forecast,
  jobTimes,
  OUR_WATCH,
  type Placement,
  type ServiceModel,
  type Watch,
} from '../schedule/index.ts';
import { planCost } from './cost.ts';
import { partRecordsFor, partsOf } from './part-size.ts';

/** A quota of the service: a Region's jobs of one model. */
export interface WhatIfLane {
  readonly name: string;
  readonly slots: number;
  readonly service: ServiceModel;
}

/** A dataset that might be sent. */
export interface WhatIf {
  readonly records: number;
  /** Default: what each system would choose. */
  readonly partRecords?: number;
  readonly limits: ModelLimits;
  /** One or more. A system that knows one Region alone uses the first. */
  readonly lanes: readonly WhatIfLane[];
  /** Records that fail in an attempt for a reason that may pass, as a share; default 0. */
  readonly retryShare?: number;
  /** Most attempts of a record; default 3. */
  readonly attempts?: number;
  readonly price?: Price;
  /** Mean tokens of a record and of its answer. */
  readonly tokens: { readonly input: number; readonly output: number };
  readonly seed?: number;
}

/**
 * Ways to look after jobs. `batchrock`: events and a sweep, each slot filled at once, what failed sent again. `fixed-map`: a
 * Map of a state machine with a concurrency of its own, one job an item. `slow-poll`: a schedule every 15 minutes.
 */
export type SystemName = 'batchrock' | 'fixed-map' | 'slow-poll';

/** How a system would fare. */
export interface SystemForecast {
  readonly system: SystemName;
  readonly partRecords: number;
  /** Jobs that it may have at once. */
  readonly atOnce: number;
  readonly forecast: Forecast;
  /** USD by batch inference; undefined where the price is not known. */
  readonly costUsd: number | undefined;
  /** Records without an answer at the end. */
  readonly unanswered: number;
}

interface System {
  readonly watch: Watch;
  readonly place: Placement;
  /** Jobs at once, whatever the quota. */
  readonly mostAtOnce?: number;
  readonly partRecords?: number;
  readonly sendsAgain: boolean;
}

/**
 * The two others as they were published in 2024 and 2025: a Map of 20 whose jobs have 1,000 records unless somebody says
 * otherwise, told by events (and here none of them is lost, since it would wait for ever); and a table of files that a
 * schedule looks through every 15 minutes, whose files are as large as our parts. Neither sends a record again.
 */
const SYSTEMS: Readonly<Record<SystemName, System>> = {
  batchrock: { watch: OUR_WATCH, place: 'soonest-end', sendsAgain: true },
  'fixed-map': {
    watch: { ...OUR_WATCH, lostShare: 0 },
    place: 'home',
    mostAtOnce: 20,
    partRecords: 1_000,
    sendsAgain: false,
  },
  'slow-poll': { watch: { by: 'poll', everyMinutes: 15 }, place: 'home', sendsAgain: false },
};

/** How each system would fare with the same dataset and the same service. The same input gives the same answer. */
export function compareSystems(input: WhatIf): readonly SystemForecast[] {
  checkPartSize(input);
  return (Object.keys(SYSTEMS) as SystemName[]).map((name) => forecastOf(name, input));
}

function forecastOf(name: SystemName, input: WhatIf): SystemForecast {
  const { records, limits, tokens } = input;
  const system = SYSTEMS[name];
  const lanes = lanesOf(system, input);
  const slots = lanes.reduce((sum, lane) => sum + lane.slots, 0);
  const partRecords = sizeOf(system, input);
  const attempts = attemptsOf(system, input);
  const parts = records === 0 ? [] : evenParts(records, partsOf(records, partRecords, limits));
  const found = forecast(
    {
      lanes: lanes.map((lane) => ({ slots: lane.slots, times: jobTimes(lane.service) })),
      runs: [{ parts, attempts, retryShare: input.retryShare ?? 0, partRecords }],
      watch: system.watch,
      place: lanes.length === 1 ? 'home' : system.place,
      ...(system.mostAtOnce !== undefined && { mostAtOnce: system.mostAtOnce }),
    },
    { ...(input.seed !== undefined && { seed: input.seed }) },
  );
  const answered = records - found.failed;
  return {
    system: name,
    partRecords,
    atOnce: Math.min(slots, system.mostAtOnce ?? slots),
    forecast: found,
    costUsd: planCost(input.price, { input: found.sent * tokens.input, output: answered * tokens.output })?.batch,
    unanswered: Math.round(found.failed),
  };
}

function lanesOf(system: System, { lanes }: WhatIf): readonly WhatIfLane[] {
  return system.place === 'home' ? lanes.slice(0, 1) : lanes;
}

function sizeOf(system: System, input: WhatIf): number {
  const slots = lanesOf(system, input).reduce((sum, lane) => sum + lane.slots, 0);
  // here the lanes are the quota, whatever that of the model is
  const limits = { ...input.limits, maxJobs: slots };
  const planned = () => partRecordsFor({ estimatedRows: input.records, limits, slots });
  return input.partRecords ?? system.partRecords ?? planned();
}

function attemptsOf(system: System, { attempts = 3 }: WhatIf): number {
  return system.sendsAgain ? attempts : 1;
}

/** Jobs of all attempts, about. */
function jobsOf(system: System, input: WhatIf): number {
  let share = 0;
  for (let attempt = 0; attempt < attemptsOf(system, input); attempt++) share += (input.retryShare ?? 0) ** attempt;
  return Math.ceil((share * input.records) / sizeOf(system, input));
}

/** Jobs that are played through within seconds. */
const MOST_JOBS = 1_000_000;

function checkPartSize(input: WhatIf): void {
  const { records, partRecords, limits } = input;
  const jobs = Math.max(...Object.values(SYSTEMS).map((system) => jobsOf(system, input)));
  if (jobs > MOST_JOBS) {
    throw new InputError('BR-E0120', `${jobs} jobs are too many to be played through: ${MOST_JOBS} at most`, {
      details: { records, jobs },
      hint: 'give fewer records, larger parts or fewer attempts',
    });
  }
  if (partRecords === undefined || (partRecords >= limits.minRecords && partRecords <= limits.maxRecords)) return;
  const allowed = `${limits.minRecords} to ${limits.maxRecords} (${limits.source}, ${limits.date})`;
  throw new InputError('BR-E0120', `a job of ${partRecords} records is not possible: the service takes ${allowed}`, {
    details: { partRecords, least: limits.minRecords, most: limits.maxRecords },
  });
}
