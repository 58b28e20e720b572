import type { Mutant } from './mutant.ts';
import { REGIONS_FROM } from './region-world.ts';

/** Planted bugs of runs in several Regions. */
export const REGION_MUTANTS: readonly Mutant[] = [
  {
    name: 'slot-at-home-for-a-job-elsewhere',
    thought: 'a run has its lane',
    file: 'run/intent.ts',
    edits: [['o.elsewhere?.lane ?? part.body.lane', 'part.body.lane']],
    from: REGIONS_FROM,
    seeds: 100,
    breaks: ['I7'],
  },
  {
    name: 'free-the-slot-at-home',
    thought: 'a run has its lane',
    file: 'run/kick.ts',
    edits: [['loadLane(ports.ledger, laneOfJob(next), o)', 'loadLane(ports.ledger, next.lane, o)']],
    from: REGIONS_FROM,
    seeds: 100,
    breaks: ['I7'],
  },
  {
    name: 'leave-the-input-at-home',
    thought: 'the role of the job may read it in any bucket',
    file: 'run/submit.ts',
    edits: [["  if (o.elsewhere !== undefined && !(await stageInput(ports, document, ref, o))) return 'blocked';\n", '']],
    from: REGIONS_FROM,
    seeds: 100,
    breaks: ['I14'],
  },
  {
    name: 'create-where-the-run-is',
    thought: 'where a job is created is all the same',
    file: 'run/job-spec.ts',
    edits: [['    ...(place && { region: place.region }),\n', '']],
    from: REGIONS_FROM,
    seeds: 100,
    breaks: ['I7', 'I8', 'I14', 'I25'],
  },
];
