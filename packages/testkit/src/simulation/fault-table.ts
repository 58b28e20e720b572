import type { DenialPlan } from './denial-world.ts';
import type { FaultPlan } from './faults.ts';
import { type Holder, onProcesses, shortName, simulated, test } from './holder.ts';
import type { RegionPlan } from './region-world.ts';
import type { TailPlan } from './tail-world.ts';

/** What a plan draws: the classes of faults of all worlds, of those with a tail on demand, of several Regions, and without all permissions. */
export type PlanField = keyof FaultPlan | keyof TailPlan | keyof RegionPlan | keyof DenialPlan;

/** A fault that a run may meet. */
export interface FaultRow {
  readonly port: string;
  readonly words: string;
  /** What draws it in the simulation. */
  readonly drawn: readonly PlanField[];
  /** Files that bring it about otherwise, or where `drawn` does not say it all. */
  readonly tests: readonly Holder[];
  /** How far it goes, where it does not go all the way. */
  readonly limit?: string;
}

const fault =
  (port: string) =>
  (words: string, drawn: readonly PlanField[], more: Partial<FaultRow> = {}): FaultRow => ({
    port,
    words,
    drawn,
    tests: [],
    ...more,
  });
const call = fault('every call');
const jobs = fault('Bedrock');
const objects = fault('S3');
const ledger = fault('the ledger');
const events = fault('events');
const clock = fault('clocks');
const compute = fault('machines');
const input = fault('the dataset');
const user = fault('people');
const models = fault('a tail on demand');
const regions = fault('several Regions');

/** Every fault that a run is known to meet, by where it strikes. `docs/reliability.md` shows this table. */
export const FAULTS: readonly FaultRow[] = [
  call('refused before it has an effect', ['errorBeforeRate']),
  call('takes effect, and its answer is lost', ['lostReplyRate']),
  call('slow, or arrives when its sender has given up', ['slowRate', 'lateRate', 'readAtOnceRate', 'createRisk']),
  call('never answered', ['hungRate']),
  call('its process is killed before it or behind it', ['crashRate'], {
    tests: [test('core/src/run/crashes'), onProcesses('kill-at-each-call'), onProcesses('killed-runs')],
  }),
  call('its process stands still, for up to 90 minutes', ['freezeRate'], { tests: [onProcesses('frozen')] }),
  jobs('throttled, 5xx', ['throttleRate', 'unavailableRate']),
  jobs('quota full, with jobs of others that come and go, and lowered in the middle of a run', [
    'foreignJobsPerHour',
    'quotaDrops',
  ]),
  jobs('a conflict of tokens', ['conflictRate']),
  jobs('one record breaks the validation of its job', ['breakingRecordRate']),
  jobs('a token forgotten after 10 or 60 minutes or never; names that are unique or not', ['tokenMemoryMs', 'namesUnique']),
  jobs('List lags, each of its pages by itself; Get goes back', ['listLagMs', 'pagesLagApart', 'getLagMs']),
  jobs('a job fails, expires or ends with a part of its records, or somebody stops it', [
    'jobFailedRate',
    'jobExpiredRate',
    'jobPartialRate',
    'humanStopsPerHour',
  ]),
  jobs('a job stays in the queue', ['jobStuckRate']),
  jobs('counts that are absent, or go up and down', ['countsAbsentRate', 'countsJumpRate']),
  jobs(
    'no permission to create a job, or for it to read or to write, for hours, in a Region, or for one job alone',
    ['deniedAtFirstRate', 'revocationsPerHour', 'accidentRate'],
    { tests: [{ file: 'testkit/src/account/scenarios/denied-jobs.account.ts' }] },
  ),
  objects('told to slow down', ['slowDownRate']),
  objects('an upload is cut off between two of its parts', ['crashRate', 'lostReplyRate'], {
    tests: [test('local/src/storage/disk/disk-object-storage', 'kill -9 in the middle of uploads')],
  }),
  objects('output is there after the status, or grows', ['outputLagRate', 'growingOutputRate']),
  objects('several output files, in any order of lines', [], { tests: [simulated('job-output', 'shuffled')] }),
  objects('lines doubled, cut off, of no record, or missing; records that failed', [
    'duplicateLineRate',
    'brokenLineRate',
    'missingRecordRate',
    'failedRecordRate',
  ]),
  objects('a manifest that is missing or wrong', ['manifestAbsentRate', 'manifestWrongRate']),
  ledger('a version that is stale, a conflict of transactions', ['contendedRate', 'ledger']),
  ledger('throttled', ['ledgerThrottleRate']),
  ledger('an index that is old, each of its items by itself', ['pageLagMs', 'itemsLagApart']),
  ledger('an item above 400 KB', [], { tests: [test('aws/src/dynamodb/dynamo-ledger', 'refuses an item of more than 400 KB')] }),
  ledger('slots that nobody holds', ['leaksPerHour']),
  ledger('lost for good', ['ledgerLossPerHour'], { tests: [test('core/src/adopt/adopt-run'), onProcesses('killed-runs')] }),
  ledger('torn or damaged at any byte', [], { tests: [test('sqlite/src/torn-ledger'), onProcesses('torn-ledger')] }),
  ledger('written by another version', [], {
    tests: [
      test('sqlite/src/sqlite-ledger', 'is refused when a newer version wrote it'),
      test('core/src/run/read', 'of another version'),
    ],
    limit: 'it is refused (`BR-E0205`); no world has two versions at work on one run',
  }),
  events('none, lost, doubled, out of order, late by up to a day, there before our own write', [
    'eventsOn',
    'eventLossRate',
    'eventDoubleRate',
    'eventLateRate',
  ]),
  events('forged, or of jobs of others', ['forgedEventsPerHour'], {
    tests: [test('core/src/run/kick', 'believes Get and not the hint')],
  }),
  clock('differ, and are set in the middle', ['clockSkewMs', 'clockStepsPerHour'], {
    limit: 'by up to a minute between two, as said above',
  }),
  compute('functions that come twice and several at once, stand still between events, and are killed after 15 minutes', [], {
    tests: [simulated('sandboxes', 'TIME_LIMIT_MS')],
  }),
  compute('a lid that is shut for hours', ['lidsPerHour']),
  compute('several processes of one run, and of one lane', [], {
    tests: [simulated('seed', 'rng.int(0, 2)'), onProcesses('twenty')],
  }),
  compute('a disk that is full or fails', [], {
    tests: [onProcesses('full-disk'), test('core/src/files/growing-file', "'EIO'"), test('local/src/jobs/full-disk')],
  }),
  input('no rows, one, fewer than the minimum, the most, one more', [], {
    tests: [
      simulated('dataset', 'minRecords'),
      test('core/src/pack/packer', 'within the limits of a job'),
      test('core/src/run/prepare', 'whatever the sizes'),
      test('batchrock/src/commands/inputs', 'may have no rows'),
    ],
  }),
  input('rows that are none, too long, not UTF-8, with half characters, of any line ends', [], {
    tests: [
      simulated('dataset', 'badRate'),
      test('formats/src/reading/bad-input'),
      test('formats/src/csv/csv-open'),
      test('formats/src/jsonl/jsonl-open'),
    ],
  }),
  user('Ctrl-C', ['interruptsPerHour']),
  user('stop in each of its modes, and just when a job is being created; resume, retry, at any time', [
    'stopsPerHour',
    'stopAtCreateRate',
    'retriesPerHour',
  ]),
  user('a ceiling that is reached, and raised', ['ceilingRecords']),
  user('resume without having given what is missing', ['vainResumeRate']),
  user('an object deleted by hand', [], {
    tests: [test('core/src/run/read', 'is gone')],
    limit: 'it is told; there is nothing to promise',
  }),
  models('slow, throttled, failing', ['latencyMs', 'throttleRate', 'serverErrorRate']),
  models('answers that are lost, empty, or in other words when asked again', [
    'lostAnswerRate',
    'emptyAnswerRate',
    'otherWordsRate',
  ]),
  models('denied to everybody for hours', ['denialsPerHour']),
  models('asked for from the start, by a deadline, or in the middle of a run', ['asked', 'fromTheStart', 'hurriesPerHour']),
  regions('each with its bucket, its quota, its lag of List and its jobs of others', [
    'region',
    'storeUri',
    'quota',
    'listLagMs',
    'foreignJobsPerHour',
  ]),
  regions('answers nobody for hours', ['outagesPerHour']),
];

/** The table of `docs/reliability.md`. */
export function faultTable(): string {
  const named = ({ file }: Holder): string => `\`${shortName(file)}\``;
  const rows = FAULTS.map(({ port, words, drawn, tests, limit }, i) => {
    const where = [...drawn.map((field) => `\`${field}\``), ...tests.map(named)].join(', ');
    const at = FAULTS[i - 1]?.port === port ? '' : port;
    return `| ${at} | ${words} | ${where}${limit === undefined ? '' : `; ${limit}`} |`;
  });
  return ['| where | what goes wrong | drawn as, or brought about by |', '|---|---|---|', ...rows].join('\n');
}
