import type { Mutant } from './mutant.ts';

/** Planted bugs of what is asked: which requests are the same, and which are asked again. */
export const REQUEST_MUTANTS: readonly Mutant[] = [
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
];
