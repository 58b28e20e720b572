import type { Mutant } from './mutant.ts';
import { TAIL_MUTANTS } from './tail-mutants.ts';

/** The planted bugs, those of the design's table first. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'requests-of-another-part',
    thought: 'what was asked once in a run need not be asked again',
    file: 'run/known-requests.ts',
    edits: [['    this.#rows.clear();', '']],
    seeds: 100,
    breaks: ['I1', 'I3', 'immutable-object', 'unexpected-error'],
  },
  {
    name: 'first-word-of-an-original',
    thought: 'a duplicate has what became of the row that was sent for it',
    file: 'run/originals.ts',
    edits: [
      [
        'new OutcomeMerge(this.#ports, { ...this.#input, only });',
        'new OutcomeMerge(this.#ports, { ...this.#input, attempt: 1, only });',
      ],
    ],
    seeds: 100,
    breaks: ['I1', 'I2', 'I3'],
  },
  {
    name: 'far-originals-of-the-first-attempt',
    thought: 'the row that was sent for another stands in the first attempt',
    file: 'run/far-originals.ts',
    edits: [
      [
        'const { only: _, ...all } = this.#input;',
        'const { only: _, ...newest } = this.#input;\n    const all = { ...newest, attempt: 1 };',
      ],
    ],
    seeds: 100,
    breaks: ['I1', 'I2', 'I3'],
  },
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
    name: 'retry-whole-part',
    thought: 'it is simpler to send the part again',
    file: 'run/retry-parts.ts',
    edits: [
      ['let left = lot.records;', 'let left = await count(ports, input, lot.parts);'],
      [
        'if (outcome?.status === OutcomeStatus.failed && this.#isChosen(outcome)) return true;',
        'if (outcome !== undefined) return true;',
      ],
    ],
    seeds: 300,
    breaks: ['I4'],
  },
  {
    name: 'retry-what-failed-for-good',
    thought: 'it may work the second time',
    file: 'run/retry-parts.ts',
    edits: [
      ['let left = lot.records;', 'let left = await count(ports, input, lot.parts);'],
      ['if (this.#select === undefined) return outcome.retry;', 'if (this.#select === undefined) return true;'],
    ],
    seeds: 300,
    breaks: ['I4'],
  },
  {
    name: 'miscount-missing-records',
    thought: 'what has no line in the output is gone',
    file: 'run/lots.ts',
    edits: [['return (collected?.retryable ?? 0) + (collected?.missing ?? 0);', 'return collected?.retryable ?? 0;']],
    seeds: 300,
    breaks: ['I1', 'I13', 'unexpected-error'],
  },
  {
    name: 'drop-missing-records',
    thought: 'only failures are worth another attempt',
    file: 'run/lots.ts',
    edits: [['|| leftOf(part) === 0) continue;', '|| (part.collected?.retryable ?? 0) === 0) continue;']],
    seeds: 300,
    breaks: ['I1', 'I13'],
  },
  {
    name: 'pool-what-broke',
    thought: 'what nothing came back of goes out again with all else',
    file: 'run/lots.ts',
    edits: [
      ['sent.filter((part) => !isBroken(part) || (isNoRecord && part.pieceOf === undefined && part.records > 1));', 'sent;'],
      ['broken.filter(isSearched).flatMap', 'broken.filter(() => false).flatMap'],
    ],
    seeds: 300,
    breaks: ['I23'],
  },
  {
    name: 'count-the-search-as-attempts',
    thought: 'every time that a record is sent is an attempt',
    file: 'run/lots.ts',
    edits: [['usedBefore(part) + (records === 1 ? 1 : 0);', 'usedBefore(part) + 1;']],
    seeds: 300,
    breaks: ['I23'],
  },
  {
    name: 'halve-without-end',
    thought: 'the search for what breaks a job is part of no attempt',
    file: 'run/lots.ts',
    edits: [['usedBefore(part) + (records === 1 ? 1 : 0);', 'usedBefore(part);']],
    seeds: 300,
    breaks: ['I20', 'I23'],
  },
  {
    name: 'discard-partial-results',
    thought: 'a job that did not complete has no results',
    file: 'run/collect-output.ts',
    edits: [
      [
        'if (folder === undefined) return { files: [] };',
        "if (folder === undefined || view.status !== 'Completed') return { files: [] };",
      ],
    ],
    seeds: 300,
    breaks: ['I3', 'I4'],
  },
  {
    name: 'trust-the-first-listing',
    thought: 'when the job has ended its output is there',
    file: 'run/collect-output.ts',
    edits: [['if (isOver || read.lines >= linesToCome(part, view, output)) {', 'if (true) {']],
    seeds: 300,
    breaks: ['I3', 'I4'],
  },
  {
    name: 'look-before-asking-the-time',
    thought: 'the time is the same on both lines',
    file: 'run/collect-output.ts',
    edits: [
      ['  const isOver = hasSettled(ports, part, view);\n', ''],
      ['part, view, { isOver, signal })', 'part, view, { isOver: hasSettled(ports, part, view), signal })'],
      [
        '  const written = await tallyOutcomes(ports, key, { signal });\n',
        '  const isOver = hasSettled(ports, part, view);\n  const written = await tallyOutcomes(ports, key, { signal });\n',
      ],
    ],
    from: 300,
    seeds: 100,
    breaks: ['I3', 'I4'],
  },
  {
    name: 'show-a-part-that-may-change',
    thought: 'the last parts can be taken away and made again',
    file: 'run/prepare-pass.ts',
    edits: [['if (this.#isCertain()) this.#parts.publishHeld();', 'this.#parts.publishHeld();']],
    seeds: 300,
    breaks: ['immutable-object'],
  },
  {
    name: 'show-a-file-of-a-part-that-may-change',
    thought: 'a file that is full stays as it is',
    file: 'run/part-writer.ts',
    edits: [['    this.#full.push(file);', '    await file.commit();']],
    seeds: 300,
    breaks: ['immutable-object'],
  },
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
    name: 'no-leak-repair',
    thought: 'slots do not leak',
    file: 'run/sweep.ts',
    edits: [['if (await step(() => repairSlot(ports, lane, holder, o))) repaired++;', '']],
    seeds: 300,
    breaks: ['I9', 'I20'],
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
    name: 'adopt-without-waiting',
    thought: 'List shows every job that there is',
    file: 'run/unseen.ts',
    edits: [['const isSettled = ports.clock.now() >= run.unseenUntil;', 'const isSettled = true;']],
    from: 600,
    seeds: 1000,
    breaks: ['I4', 'I5', 'I7', 'I8'],
  },
  {
    name: 'adopt-a-job-without-its-slot',
    thought: 'the slot was taken when the job was created',
    file: 'run/unseen.ts',
    edits: [["if (next.state !== 'ended') writes.push(await takeSlotBack(ports, next, o));", '']],
    seeds: 300,
    breaks: ['I7'],
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
  {
    name: 'adopt-the-first-generation',
    thought: 'later generations can be built again',
    file: 'adopt/bucket-run.ts',
    edits: [['if (parts === undefined && attempt > 1) return generations;', 'if (attempt > 1) return generations;']],
    seeds: 1000,
    breaks: ['I4', 'I5', 'I6', 'I7', 'I13', 'immutable-object'],
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
  ...TAIL_MUTANTS,
];
