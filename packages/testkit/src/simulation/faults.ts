import { CLASS_ON, type Rng, ratesFrom } from './random.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/**
 * How bad a world is. Each class of faults is on with probability 0.6 and its rate is drawn, so that some worlds have one
 * fault alone and others all of them. Rates are per call, per job or per record, as their names say; 0 is off.
 */
export interface FaultPlan {
  // every port call
  readonly errorBeforeRate: number;
  readonly lostReplyRate: number;
  readonly slowRate: number;
  /** A request that is never answered and has no effect. */
  readonly hungRate: number;
  /** A request that arrives after its sender gave up waiting. */
  readonly lateRate: number;
  /** Reads that take no time. The rest lets others act between two reads. */
  readonly readAtOnceRate: number;
  /** How much likelier all that is around a Create, where the rare windows are. */
  readonly createRisk: number;
  // processes
  readonly crashRate: number;
  readonly freezeRate: number;
  /** Most that a process's clock is off, either way. Two of them differ by no more than the protocol allows (a trust window). */
  readonly clockSkewMs: number;
  /** A clock that is set, within the skew, per hour and for one process at a time. */
  readonly clockStepsPerHour: number;
  /** A user's Ctrl-C, per hour. */
  readonly interruptsPerHour: number;
  /** A laptop that is shut for hours, per hour. */
  readonly lidsPerHour: number;
  // ledger
  /** On SQLite commits follow one another and every read is of now; on DynamoDB commits are in conflict and pages lag. */
  readonly ledger: 'sqlite' | 'dynamodb';
  readonly contendedRate: number;
  readonly ledgerThrottleRate: number;
  readonly pageLagMs: number;
  /** Each item of a page lags by itself, as those of a global secondary index do. */
  readonly itemsLagApart: boolean;
  /** The machine of the ledger dies for good, with every process on it: a run goes on by being adopted. Per hour. */
  readonly ledgerLossPerHour: number;
  /** Slots that nobody holds, put in by hand, per hour. */
  readonly leaksPerHour: number;
  // service
  readonly throttleRate: number;
  readonly unavailableRate: number;
  /** A Create whose token is known is told of a conflict, as one is that meets another of its token under way. */
  readonly conflictRate: number;
  readonly foreignJobsPerHour: number;
  readonly quotaDrops: boolean;
  readonly tokenMemoryMs: number;
  readonly namesUnique: boolean;
  readonly listLagMs: number;
  /** Each page of a List is of a moment of its own. */
  readonly pagesLagApart: boolean;
  readonly getLagMs: number;
  readonly humanStopsPerHour: number;
  // jobs
  readonly jobFailedRate: number;
  /** Records of a run with which no job passes validation; per record. */
  readonly breakingRecordRate: number;
  readonly jobExpiredRate: number;
  readonly jobPartialRate: number;
  readonly jobStuckRate: number;
  readonly countsAbsentRate: number;
  /** Live counts that go up and down. */
  readonly countsJumpRate: number;
  // bucket
  readonly slowDownRate: number;
  // output
  readonly outputLagRate: number;
  readonly growingOutputRate: number;
  readonly manifestAbsentRate: number;
  readonly manifestWrongRate: number;
  readonly failedRecordRate: number;
  readonly missingRecordRate: number;
  readonly duplicateLineRate: number;
  readonly brokenLineRate: number;
  // events
  readonly eventsOn: boolean;
  readonly eventLossRate: number;
  readonly eventDoubleRate: number;
  readonly eventLateRate: number;
  readonly forgedEventsPerHour: number;
  /** `stop` and `resume` by the user, per hour, and just when a Create is under way. */
  readonly stopsPerHour: number;
  readonly stopAtCreateRate: number;
  /** `retry` by the user of a run that has ended, per hour. */
  readonly retriesPerHour: number;
  /** A run may cost what so many records cost, until the user gives it more. 0: no ceiling. */
  readonly ceilingRecords: number;
  /** What is drawn of jobs and their output is drawn until the end, so that the same job goes the same way at any time. */
  readonly jobsStaySo: boolean;
}

/** Draws the faults of a world. */
export function drawFaults(rng: Rng): FaultPlan {
  const rate = ratesFrom(rng);
  // from sources of their own: a class more does not change what the others draw
  const apart = (label: string, on: number, low: number, high: number): number => {
    const own = rng.fork(label);
    return own.chance(on) ? own.logUniform(low, high) : 0;
  };
  const plan: FaultPlan = {
    errorBeforeRate: rate(0.002, 0.1),
    lostReplyRate: rate(0.002, 0.1),
    slowRate: rate(0.002, 0.1),
    lateRate: rate(0.001, 0.03),
    hungRate: rate(0.0005, 0.01),
    readAtOnceRate: rng.pick([0.5, 0.8, 0.95]),
    createRisk: rng.pick([2, 8, 25]),
    crashRate: rate(0.0005, 0.02),
    freezeRate: rate(0.0005, 0.02),
    clockSkewMs: rate(SECOND, 30 * SECOND),
    clockStepsPerHour: rate(0.1, 2),
    interruptsPerHour: rate(0.1, 3),
    lidsPerHour: apart('lids', 0.3, 0.05, 0.5),
    ledger: rng.chance(0.3) ? 'sqlite' : 'dynamodb',
    contendedRate: rate(0.005, 0.2),
    ledgerThrottleRate: apart('ledger throttles', CLASS_ON, 0.002, 0.1),
    pageLagMs: rate(SECOND, 2 * MINUTE),
    itemsLagApart: rng.chance(0.5),
    leaksPerHour: rate(0.2, 2),
    // rarer than other faults, since it ends so much that others have begun
    ledgerLossPerHour: apart('ledger loss', 0.25, 0.1, 3),
    throttleRate: rate(0.01, 0.5),
    unavailableRate: rate(0.01, 0.2),
    conflictRate: rate(0.05, 0.8),
    foreignJobsPerHour: rate(0.5, 12),
    quotaDrops: rng.chance(0.3),
    tokenMemoryMs: rng.pick([10 * MINUTE, 60 * MINUTE, Number.POSITIVE_INFINITY]),
    namesUnique: rng.chance(0.5),
    listLagMs: rng.pick([0, 30 * SECOND, 120 * SECOND]),
    pagesLagApart: rng.fork('pages lag apart').chance(0.5),
    getLagMs: rate(SECOND, 30 * SECOND),
    humanStopsPerHour: rate(0.1, 4),
    jobFailedRate: rate(0.02, 0.3),
    breakingRecordRate: apart('breaking records', 0.2, 0.005, 0.1),
    jobExpiredRate: rate(0.02, 0.2),
    jobPartialRate: rate(0.02, 0.5),
    jobStuckRate: rate(0.01, 0.1),
    countsAbsentRate: rate(0.05, 1),
    countsJumpRate: rate(0.05, 1),
    slowDownRate: apart('slow down', CLASS_ON, 0.002, 0.1),
    outputLagRate: rate(0.1, 1),
    growingOutputRate: rate(0.1, 1),
    manifestAbsentRate: rate(0.05, 1),
    manifestWrongRate: rate(0.05, 0.5),
    failedRecordRate: rate(0.01, 0.6),
    missingRecordRate: rate(0.01, 0.4),
    duplicateLineRate: rate(0.02, 0.5),
    brokenLineRate: rate(0.02, 0.3),
    eventsOn: rng.chance(0.8),
    eventLossRate: rate(0.05, 1),
    eventDoubleRate: rate(0.05, 0.5),
    eventLateRate: rate(0.05, 0.5),
    forgedEventsPerHour: rate(0.5, 10),
    stopsPerHour: rate(0.1, 3),
    stopAtCreateRate: rate(0.005, 0.2),
    retriesPerHour: apart('retries', 0.3, 0.2, 3),
    ceilingRecords: rng.chance(0.25) ? rng.int(1, 20) : 0,
    jobsStaySo: false,
  };
  return onLedger(plan, plan.ledger);
}

/** A plan with the ledger of a kind. */
export function onLedger(plan: FaultPlan, ledger: FaultPlan['ledger']): FaultPlan {
  const alone = { contendedRate: 0, ledgerThrottleRate: 0, pageLagMs: 0 };
  return ledger === 'sqlite' ? { ...plan, ledger, ...alone } : { ...plan, ledger };
}

/** What AWS leaves open, or what somebody chose: it stays as it is when faults end. */
const UNDOCUMENTED: readonly (keyof FaultPlan)[] = [
  'tokenMemoryMs',
  'namesUnique',
  'listLagMs',
  'pagesLagApart',
  'getLagMs',
  'pageLagMs',
  'itemsLagApart',
  'ledger',
  'eventsOn',
  'jobsStaySo',
];

/** Faults that a job is born with. */
const OF_JOBS: readonly (keyof FaultPlan)[] = [
  'jobFailedRate',
  'breakingRecordRate',
  'jobExpiredRate',
  'jobPartialRate',
  'jobStuckRate',
  'countsAbsentRate',
  'countsJumpRate',
  'outputLagRate',
  'growingOutputRate',
  'manifestAbsentRate',
  'manifestWrongRate',
  'failedRecordRate',
  'missingRecordRate',
  'duplicateLineRate',
  'brokenLineRate',
];

/** The plan of the second phase: what is drawn in it goes well. What AWS leaves open stays as the world has it. */
export function calm(plan: FaultPlan): FaultPlan {
  const kept: readonly string[] = [...UNDOCUMENTED, ...(plan.jobsStaySo ? OF_JOBS : [])];
  // a copy that is changed keeps its shape, and every call reads from it
  const calmed: Record<string, number | boolean | string> = { ...plan };
  for (const [key, value] of Object.entries(calmed))
    if (!kept.includes(key)) calmed[key] = typeof value === 'boolean' ? false : 0;
  return { ...(calmed as unknown as FaultPlan), readAtOnceRate: 0.95 };
}

/** The classes that are on, for the head of a story. */
export function describeFaults(plan: FaultPlan): string {
  return Object.entries(plan)
    .filter(([, value]) => value !== 0 && value !== false)
    .map(([key, value]) => `${key}=${typeof value === 'number' ? Number(value.toPrecision(3)) : value === true ? 'on' : value}`)
    .join(' ');
}
