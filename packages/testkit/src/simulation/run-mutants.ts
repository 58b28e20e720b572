import type { Mutant } from './mutant.ts';

/** Planted bugs of a run as a whole: its generations, its stop, its ceiling, its rest, and where it is taken over. */
export const RUN_MUTANTS: readonly Mutant[] = [
  {
    name: 'next-generation-too-early',
    thought: 'a part whose job has ended is as good as collected',
    file: 'run/settle.ts',
    edits: [
      [
        "parts.every((part) => part.state === 'collected')",
        "parts.every((part) => part.state === 'collected' || part.state === 'ended')",
      ],
    ],
    seeds: 300,
    breaks: ['I1', 'I4', 'I6', 'I9', 'I13', 'unexpected-error'],
  },
  {
    name: 'send-after-stop',
    thought: 'the run was running a moment ago',
    file: 'run/intent.ts',
    edits: [
      [
        "if (!maySend(run.body) || !current) return { writes: [], result: 'not-running' };",
        "if (run.body.unseenUntil !== undefined || !current) return { writes: [], result: 'not-running' };",
      ],
    ],
    seeds: 1000,
    breaks: ['I18'],
  },
  {
    name: 'no-ceiling',
    thought: 'what jobs will cost is only a guess',
    file: 'run/intent.ts',
    edits: [["if (verdict === 'wait') return { writes: [], result: 'no-budget' };", '']],
    seeds: 300,
    breaks: ['I17'],
  },
  {
    name: 'rest-on-an-old-look',
    thought: 'the run is still open, so what was seen of it holds',
    file: 'run/settle.ts',
    edits: [
      [
        'if (run.body.seq !== seen.seq) return',
        "if (run.body.state !== 'stopping' && (run.body.state !== 'running' || state === 'stopped')) return",
      ],
    ],
    from: 14300,
    seeds: 100,
    breaks: ['I9'],
  },
  {
    name: 'stop-upon-an-old-page',
    thought: 'what the page lacks is not there',
    file: 'run/settle.ts',
    edits: [['for (const ref of partsOf(run)) {', 'for (const ref of page) {']],
    from: 1000,
    seeds: 100,
    breaks: ['I9'],
  },
  {
    name: 'adopt-the-first-generation',
    thought: 'later generations can be built again',
    file: 'adopt/bucket-run.ts',
    edits: [['if (parts === undefined && attempt > 1) return generations;', 'if (attempt > 1) return generations;']],
    seeds: 1000,
    breaks: ['I4', 'I5', 'I6', 'I7', 'I13', 'immutable-object'],
  },
];
