import type { Mutant } from './mutant.ts';
import { TAIL_FROM } from './tail-world.ts';

/** Planted bugs of the tail on demand. */
export const TAIL_MUTANTS: readonly Mutant[] = [
  {
    name: 'ask-again-for-what-was-answered',
    thought: 'whoever begins a part begins at its first record',
    file: 'run/on-demand-work.ts',
    edits: [['        if (done.ordinals.has(ordinal)) continue;\n', '']],
    from: TAIL_FROM,
    seeds: 300,
    breaks: ['I24'],
  },
  {
    name: 'next-record-before-it-is-kept',
    thought: 'the bucket is slower than the model, and need not be waited for',
    file: 'run/on-demand-work.ts',
    edits: [
      [
        'await keeper.keep(answerLine(document.recordPrefix, ordinal, said));',
        'keeper.keep(answerLine(document.recordPrefix, ordinal, said)).catch(() => undefined);',
      ],
    ],
    from: TAIL_FROM,
    seeds: 300,
    breaks: ['I3', 'I24'],
  },
  {
    name: 'one-object-for-all-answers',
    thought: 'one process works on a part',
    file: 'run/on-demand-work.ts',
    edits: [['openAnswerKeeper(ports, part, sessionOf(ports), ', "openAnswerKeeper(ports, part, 'answers-0', "]],
    from: TAIL_FROM,
    seeds: 300,
    breaks: ['I3'],
  },
  {
    name: 'never-look-whether-it-has-ended',
    thought: 'nobody else ends what is in my hand',
    file: 'run/on-demand-work.ts',
    edits: [['const LOOK_MS = 5_000;', 'const LOOK_MS = Number.MAX_SAFE_INTEGER;']],
    from: TAIL_FROM + 650,
    seeds: 200,
    breaks: ['I24'],
  },
  {
    name: 'two-ends-of-one-work',
    thought: 'the last word counts',
    file: 'run/on-demand-answers.ts',
    edits: [['{ ifAbsent: true, ...o }', '{ ...o }']],
    from: TAIL_FROM,
    seeds: 300,
    breaks: ['I24'],
  },
  {
    name: 'on-demand-at-the-price-of-a-job',
    thought: 'a record is a record',
    file: 'run/on-demand-rule.ts',
    edits: [['return part.onDemand === true ? records * fullPrice(price) : records;', 'return records;']],
    from: TAIL_FROM,
    seeds: 100,
    breaks: ['I17'],
  },
  {
    name: 'on-demand-after-a-stop',
    thought: 'it was ready before the stop',
    file: 'run/on-demand-steps.ts',
    edits: [['&& isCurrent && maySend(run.body) && goesOnDemand', '&& isCurrent && goesOnDemand']],
    from: TAIL_FROM,
    seeds: 300,
    breaks: ['I5', 'I18'],
  },
  {
    name: 'no-attempt-for-what-is-late',
    thought: 'every job is an attempt',
    file: 'run/on-demand-round.ts',
    edits: [['if (run.attempt >= run.maxAttempts) await addAttempt(ports, run.run, o);', '']],
    from: TAIL_FROM,
    seeds: 300,
    breaks: ['I13'],
  },
];
