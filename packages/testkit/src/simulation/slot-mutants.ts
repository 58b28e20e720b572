import type { Mutant } from './mutant.ts';

/** Planted bugs of slots: who takes one, and when it is free again. */
export const SLOT_MUTANTS: readonly Mutant[] = [
  {
    name: 'release-slot-before-finish',
    thought: 'the job exists, so the slot has done its work',
    file: 'run/adopt.ts',
    edits: [
      [
        "if (part.body.state === 'ready') writes.push(await takeSlotBack(ports, adopted, o));",
        `if (part !== undefined) writes.push(await (async () => {
        const lane = await loadLane(ports.ledger, part.body.lane, o);
        return putLane(lane, { ...lane.body, holders: lane.body.holders.filter((h) => h.jobName !== part.body.jobName) });
      })());`,
      ],
    ],
    seeds: 100,
    breaks: ['I7'],
  },
  {
    name: 'no-slot-check',
    thought: 'the service refuses what is too much',
    file: 'lane/lane.ts',
    edits: [['? 0 : Math.max(0, slotsBesideOthers(lane, now) - lane.holders.length);', '? 0 : 1;']],
    seeds: 100,
    breaks: ['I7', 'I8'],
  },
  {
    name: 'slot-check-before-the-commit',
    thought: 'the slot was free a moment ago',
    file: 'run/intent.ts',
    edits: [["if (freeSlots(lane.body, now) === 0) return { writes: [], result: 'no-slot' };", '']],
    seeds: 3000,
    breaks: ['I7', 'I8'],
  },
  {
    name: 'release-slot-on-rejection',
    thought: 'throttled means not created',
    file: 'run/submit.ts',
    edits: [
      [
        "    default:\n      return 'kept';",
        "    default:\n      if (error.reason === 'throttled') await withdrawIntent(ports, part, o);\n      return 'kept';",
      ],
    ],
    seeds: 600,
    breaks: ['I5', 'I7', 'I8'],
  },
  {
    name: 'finish-in-two-commits',
    thought: 'the slot can be given back a moment later',
    file: 'run/kick.ts',
    edits: [
      [
        'writes: [putPart(part, next), putLane(lane, releaseSlot(lane.body, next.jobName)), ...recordStep(ports, run, happening)],',
        'writes: [putPart(part, next), ...recordStep(ports, run, happening)],',
      ],
    ],
    seeds: 100,
    breaks: ['I7'],
  },
  {
    name: 'no-leak-repair',
    thought: 'slots do not leak',
    file: 'run/sweep.ts',
    edits: [['if (await step(() => repairSlot(ports, lane, holder, o))) repaired++;', '']],
    seeds: 300,
    breaks: ['I9', 'I20'],
  },
  {
    name: 'adopt-a-job-without-its-slot',
    thought: 'the slot was taken when the job was created',
    file: 'run/unseen.ts',
    edits: [["if (next.state !== 'ended') writes.push(await takeSlotBack(ports, next, o));", '']],
    seeds: 300,
    breaks: ['I7'],
  },
];
