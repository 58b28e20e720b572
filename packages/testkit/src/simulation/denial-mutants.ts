import type { Mutant } from './mutant.ts';
import { DENIALS_FROM } from './region-world.ts';

/** Planted bugs of runs whose jobs are denied access. */
export const DENIAL_MUTANTS: readonly Mutant[] = [
  {
    name: 'a-denial-is-an-attempt',
    thought: 'a job that failed has failed',
    file: 'run/lots.ts',
    edits: [['(part.denied === true ? 0 : 1)', '1']],
    from: DENIALS_FROM,
    seeds: 100,
    breaks: ['I13'],
  },
  {
    name: 'denied-jobs-block-nothing',
    thought: 'the next one may be let in',
    file: 'run/weigh-denied.ts',
    edits: [['  if (denied === undefined || goesOnDemand(ports, run, denied)) return undefined;\n', '  return undefined;\n']],
    from: DENIALS_FROM,
    seeds: 200,
    breaks: ['I26'],
  },
  {
    name: 'believe-an-old-refutation',
    thought: 'what the index shows was so a moment ago',
    file: 'run/weigh-denied.ts',
    edits: [['isDenied(part) ? await confirmed(ports, part, seen, o) : seen', 'seen']],
    from: DENIALS_FROM,
    seeds: 1000,
    breaks: ['I13'],
  },
  {
    name: 'send-while-blocked',
    thought: 'a slot is free',
    file: 'run/intent.ts',
    edits: [
      [
        "run.state === 'running' && run.blocked === undefined && run.paused === undefined",
        "run.state === 'running' && run.paused === undefined",
      ],
    ],
    from: DENIALS_FROM,
    seeds: 100,
    breaks: ['I26'],
  },
  {
    name: 'jobs-of-others-refute-a-denial',
    thought: 'List gives the jobs of the run',
    file: 'run/unseen.ts',
    edits: [['once(() => jobsOf(ports, run, jobs, o))', 'once(async () => [...jobs.values()].flat())']],
    from: DENIALS_FROM,
    seeds: 2000,
    breaks: ['I13'],
  },
];
