import { type Holder, onProcesses, shortName, simulated, test } from './holder.ts';

/** A promise of `docs/reliability.md`. */
export interface Invariant {
  readonly id: `I${number}`;
  readonly words: string;
  /** Checkers of the simulation. */
  readonly checkers: readonly Holder[];
  readonly tests: readonly Holder[];
  /** Why there is nothing that the simulation could see of it. */
  readonly unseen?: string;
}

const checker = (file: string, id: string): Holder => simulated(file, `'${id}'`);

/** Every promise, and what holds it. A test looks whether each holder is there, and `docs/reliability.md` shows this table. */
export const INVARIANTS: readonly Invariant[] = [
  {
    id: 'I1',
    words: 'every row ends in exactly one outcome; the counts add up',
    checkers: [checker('check-results', 'I1'), checker('check-jobs', 'I1'), checker('check-on-demand', 'I1')],
    tests: [
      test('core/src/run/counts', 'always add up to the rows'),
      test('core/src/run/prepare', 'makes every row a record or a reject, once and in order'),
      test('core/src/run/run-life', 'ends with every row counted once'),
    ],
  },
  {
    id: 'I2',
    words: 'the first success of a record is its answer',
    checkers: [checker('check-results', 'I2'), checker('check-on-demand', 'I2')],
    tests: [test('core/src/join/collector', 'the first success of a slot'), test('core/src/run/export')],
  },
  {
    id: 'I3',
    words: 'what partly finished, failed, stopped and expired jobs produced is kept',
    checkers: [checker('check-results', 'I3'), checker('check-on-demand', 'I3')],
    tests: [
      test('core/src/run/run-life', 'keeps what a failed, expired or partly completed job made'),
      test('core/src/run/run-life', 'stops its jobs, and keeps what they had made'),
      test('batchrock/src/commands/endings'),
    ],
  },
  {
    id: 'I4',
    words: 'a record that succeeded is never sent again',
    checkers: [checker('check-jobs', 'I4'), checker('check-on-demand', 'I4')],
    tests: [
      test('core/src/run/retry-parts', 'retryable and missing records of all parts are pooled'),
      test('core/src/run/run-life', 'sends only what failed again'),
      test('core/src/adopt/adopt-run'),
    ],
  },
  {
    id: 'I5',
    words: 'at most one job for a part and attempt, and none for one that is on demand',
    checkers: [checker('check-jobs', 'I5'), checker('check-on-demand', 'I5')],
    tests: [
      test('core/src/run/submit', 'is not created by its own writer when that one wakes up'),
      test('core/src/run/sweep', 'stops a second job of a part'),
      test('core/src/adopt/adopt-run', 'no part has two jobs'),
      test('batchrock/src/commands/kill'),
      onProcesses('frozen'),
    ],
  },
  {
    id: 'I6',
    words: 'the next attempt only after the end of the one before',
    checkers: [checker('check-jobs', 'I6'), checker('check-ledger', 'I6')],
    tests: [test('core/src/job/transitions', 'leaves submitting for submitted only with an ARN')],
  },
  {
    id: 'I7',
    words: 'every live job and every open intent holds one slot; never more than the lane has',
    checkers: [checker('check-jobs', 'I7'), checker('check-ledger', 'I7')],
    tests: [
      test('core/src/lane/lane', 'are a set of jobs'),
      test('core/src/run/submit', 'keeps slot, token and intent whatever the reason'),
    ],
  },
  {
    id: 'I8',
    words: 'no quota error of our own making',
    checkers: [checker('check-jobs', 'I8')],
    tests: [test('core/src/run/run-life', 'never holds more jobs than the lane has slots')],
  },
  {
    id: 'I9',
    words: 'a run rests only when no job of it lives and none is left to collect; a leak is mended within two sweeps',
    checkers: [checker('site', 'I9'), checker('check-ledger', 'I9')],
    tests: [
      test('core/src/run/settle', 'is not ended upon what was there before it was retried'),
      test('core/src/run/sweep', 'frees a slot whose part needs none, and only that'),
    ],
  },
  {
    id: 'I10',
    words: 'events that are lost, doubled, late or forged change no byte',
    checkers: [checker('check-jobs', 'I10'), checker('metamorphic', 'I10')],
    tests: [
      test('core/src/run/kick', 'believes Get and not the hint'),
      test('core/src/run/kick', 'changes nothing when it comes again, late, or many at once'),
    ],
  },
  {
    id: 'I11',
    words: 'a crash at any moment changes no byte',
    checkers: [checker('metamorphic', 'I11'), { file: 'testkit/src/simulation/scopes.ts', text: 'crash before' }],
    tests: [
      test('core/src/run/crashes', 'ends in the same bytes, with no job created twice, when it is killed there'),
      test('batchrock/src/commands/kill'),
      onProcesses('kill-at-each-call'),
    ],
  },
  {
    id: 'I12',
    words: 'a part never goes back; its end is final',
    checkers: [checker('check-ledger', 'I12')],
    tests: [
      test('core/src/job/transitions', 'never goes back'),
      test('core/src/job/transitions', 'absorbs everything once it is collected'),
    ],
  },
  {
    id: 'I13',
    words: 'a record that fails is tried as often as its run allows, and no more',
    checkers: [checker('check-attempts', 'I13')],
    tests: [test('core/src/run/run-life', 'gives up after the last attempt')],
  },
  {
    id: 'I14',
    words: 'no job breaks a limit or a pattern of the service',
    checkers: [checker('check-jobs', 'I14')],
    tests: [
      test('core/src/pack/packer', 'keeps every part within the limits of a job'),
      test('core/src/job/identity', 'fits the patterns of the service'),
      test('core/src/run/part-writer', 'never lets a file have more bytes or records than it may'),
    ],
  },
  {
    id: 'I15',
    words: 'memory is bounded by constants, whatever the dataset',
    checkers: [],
    tests: [test('testkit/src/bench/bench'), test('core/src/join/collector', 'a run holds no more than the budget')],
    unseen: 'the memory of a simulated process is not its own',
  },
  {
    id: 'I16',
    words: 'the same input makes the same parts, ids, tokens, names and bytes',
    checkers: [checker('bedrock', 'I16'), checker('metamorphic', 'I16'), checker('run-seeds', 'I16')],
    tests: [test('core/src/run/prepare', 'makes the same objects whatever the blocks')],
  },
  {
    id: 'I17',
    words: 'no job is begun that would carry a run above its ceiling',
    checkers: [checker('check-ledger', 'I17')],
    tests: [
      test('core/src/run/budget', 'is never exceeded, and what is spent is what the parts say'),
      test('batchrock/src/commands/ceiling', 'a run waits at its ceiling'),
    ],
  },
  {
    id: 'I18',
    words: 'after a stop no job is created',
    checkers: [checker('check-ledger', 'I18')],
    tests: [
      test('core/src/run/run-life', 'drains: jobs in flight finish and are collected, and nothing new is sent'),
      test('core/src/run/submit', 'is not sent again after a stop'),
    ],
  },
  {
    id: 'I19',
    words: 'what is wrong with one run, or a run that nobody works on, holds up no other',
    checkers: [],
    tests: [
      test('core/src/run/isolation'),
      test('core/src/run/abandoned'),
      test('core/src/run/shared-lane'),
      test('core/src/lane/lane', 'lets none of n equal runs wait for more than n slots'),
    ],
    unseen: 'the worlds are too small for fairness to be seen; that of two runs is shown on the schedule',
  },
  {
    id: 'I20',
    words: 'once faults stop, every run ends',
    checkers: [checker('seed', 'I20')],
    tests: [test('core/src/run/sweep', 'alone brings a run from its parts to its end')],
  },
  {
    id: 'I21',
    words: 'each record leads to its part, its attempts and its jobs',
    checkers: [checker('check-jobs', 'I21')],
    tests: [test('core/src/run/part-writer', 'names and tokens a job by its part, its attempt and what is in it')],
  },
  {
    id: 'I22',
    words: 'no prompt, answer or credential is logged',
    checkers: [],
    tests: [test('lambda/src/bundle'), test('batchrock/src/commands/quiet-logs'), test('batchrock/src/commands/canaries')],
    unseen: 'nothing of the core logs',
  },
  {
    id: 'I23',
    words: 'a record that breaks its job is found, takes no other with it, and costs a bounded number of jobs',
    checkers: [checker('check-attempts', 'I23')],
    tests: [test('core/src/run/halves'), test('batchrock/src/commands/halves')],
  },
  {
    id: 'I24',
    words:
      'on demand no more is asked for, and no more answers are not kept, than there are places; nothing is asked for again whose answer or error was kept, nor long after its end, which comes once and is complete only where every record has one',
    checkers: [checker('check-on-demand', 'I24')],
    tests: [
      test('core/src/run/on-demand-work', 'no faster than answers are kept'),
      test('core/src/run/on-demand-calls', 'are never more than asked for'),
      test('batchrock/src/commands/tail'),
    ],
  },
  {
    id: 'I25',
    words: 'a job is in the Region that its intent names, with a slot there; the results are those of one Region',
    checkers: [checker('check-jobs', 'I25'), { file: 'testkit/src/simulation/metamorphic.ts', text: 'in one Region' }],
    tests: [
      test('core/src/run/several-regions', 'has a job in the Region that its intent names'),
      test('batchrock/src/commands/regions'),
    ],
  },
  {
    id: 'I26',
    words:
      'a run whose jobs are denied access is blocked by the first of them, sends nothing more before it is let go on, and its records lose no attempt by it',
    checkers: [checker('check-denials', 'I26'), checker('check-ledger', 'I26'), simulated('check-attempts', 'isFree')],
    tests: [
      test('core/src/run/denied-run', 'with no attempt used'),
      test('core/src/run/denied-permits'),
      { file: 'testkit/src/account/scenarios/denied-jobs.account.ts' },
    ],
  },
];

/** The table of `docs/reliability.md`. */
export function invariantTable(): string {
  const named = ({ file, text }: Holder): string => {
    const short = shortName(file);
    return file.endsWith('.test.ts') && text !== undefined ? `\`${short}\` (${text})` : `\`${short}\``;
  };
  const list = (holders: readonly Holder[], none: string): string => holders.map(named).join(', ') || none;
  const rows = INVARIANTS.map(
    ({ id, words, checkers, tests, unseen }) =>
      `| ${id} | ${words} | ${list(checkers, unseen === undefined ? '' : `none: ${unseen}`)} | ${list(tests, '')} |`,
  );
  return ['| | promise | checked in each simulated world by | shown by tests |', '|---|---|---|---|', ...rows].join('\n');
}
