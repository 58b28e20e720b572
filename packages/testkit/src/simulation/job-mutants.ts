import type { Mutant } from './mutant.ts';

/** Planted bugs of jobs: made, found again, adopted and ended. */
export const JOB_MUTANTS: readonly Mutant[] = [
  {
    name: 'no-find-before-create',
    thought: 'the token makes a second Create harmless',
    file: 'run/submit.ts',
    edits: [
      [
        'const found = await findJob(ports, part, o);\n  if (found !== undefined) {',
        'const found = (await (async () => undefined)()) as JobView | undefined;\n  if (found !== undefined) {',
      ],
    ],
    seeds: 1000,
    breaks: ['I5', 'I7', 'I8'],
  },
  {
    name: 'no-freeze-fence',
    thought: 'a Create is sent when it is sent',
    file: 'run/submit.ts',
    edits: [
      [
        'ports.service.create(spec, { notAfter, signal: o.signal })',
        'ports.service.create(spec, { notAfter: Number.MAX_SAFE_INTEGER, signal: o.signal })',
      ],
    ],
    seeds: 600,
    breaks: ['I5', 'I7', 'I8'],
  },
  {
    name: 'withdraw-too-early',
    thought: 'List showed nothing, so there is nothing',
    file: 'run/submit.ts',
    edits: [["if (phase !== 'settled' || isOthers) return 'waiting';", "if (isOthers) return 'waiting';"]],
    from: 500,
    seeds: 1000,
    breaks: ['I5', 'I7', 'I8'],
  },
  {
    name: 'renew-too-early',
    thought: 'List showed nothing, so there is nothing',
    file: 'run/submit.ts',
    edits: [
      [
        "return phase === 'waiting' ? 'waiting' : sendAgain(ports, part, phase, o);",
        "return sendAgain(ports, part, phase === 'waiting' ? 'settled' : phase, o);",
      ],
    ],
    seeds: 600,
    breaks: ['I5', 'I7', 'I8'],
  },
  {
    name: 'unfenced-finish',
    thought: 'whoever writes last is right',
    file: 'job/transitions.ts',
    edits: [
      [
        "collect: { ready: 'early', submitting: 'early', submitted: 'early', ended: 'act', collected: 'late' }",
        "collect: { ready: 'early', submitting: 'early', submitted: 'early', ended: 'act', collected: 'act' }",
      ],
    ],
    seeds: 1000,
    breaks: ['I12'],
  },
  {
    name: 'trust-the-event',
    thought: 'the event names its job',
    file: 'run/kick.ts',
    edits: [
      [
        'return view.jobArn === part.jobArn || isJobOf(part, view) ? applyView(ports, part, view, o) : ',
        'return true ? applyView(ports, part, view, o) : ',
      ],
    ],
    seeds: 1000,
    breaks: ['I10'],
  },
  {
    name: 'adopt-without-waiting',
    thought: 'List shows every job that there is',
    file: 'run/unseen.ts',
    edits: [['const isSettled = ports.clock.now() >= run.unseenUntil;', 'const isSettled = true;']],
    from: 600,
    seeds: 1000,
    breaks: ['I4', 'I5', 'I7', 'I8'],
  },
  {
    name: 'adopt-a-job-for-nothing',
    thought: 'the job was counted when it was begun',
    file: 'run/unseen.ts',
    edits: [
      ['...recordEvent(ports, run, happening, addOpen(run.body, part.body.records)),', '...recordEvent(ports, run, happening),'],
    ],
    seeds: 1000,
    breaks: ['I17'],
  },
];
