import type { Mutant } from './mutant.ts';

/** Planted bugs of what is read and written in the bucket: parts on their way there, answers on their way back. */
export const OBJECT_MUTANTS: readonly Mutant[] = [
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
];
