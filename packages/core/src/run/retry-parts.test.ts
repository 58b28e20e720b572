import { endedPart, inputLine, putJobInput, wayBackDocument, wayBackPorts } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CollectCounts, PartBody, PartFacts } from '../job/index.ts';
import { encodeOutcome, isSentinelOrdinal, type Outcome, ordinalOf, recordId } from '../record/index.ts';
import type { RetrySelection, RunDocument } from './document.ts';
import { objectKeys } from './keys.ts';
import { writeRetryParts } from './retry-parts.ts';

type Fate = 'yes' | 'no' | 'again' | 'lost';
type Ports = ReturnType<typeof wayBackPorts>;

const CODES: Readonly<Record<string, string>> = { no: '400', again: '500' };

function outcomeOf(prefix: string, ordinal: number, fate: Fate): Outcome {
  const id = recordId(prefix, ordinal);
  if (fate === 'yes') return { id, status: 'succeeded', response: 'x', stop: '' };
  if (fate === 'lost') return { id, status: 'missing' };
  return { id, status: 'failed', code: CODES[fate]!, message: '', retry: fate === 'again' };
}

/** A collected part with these records. */
function collected(
  ports: Ports,
  document: RunDocument,
  attempt: number,
  part: number,
  fates: ReadonlyMap<number, Fate>,
): PartBody {
  const prefix = document.recordPrefix;
  const ordinals = [...fates.keys()];
  const of = (fate: Fate) => [...fates.values()].filter((each) => each === fate).length;
  const counts: CollectCounts = {
    succeeded: of('yes'),
    failed: of('no'),
    retryable: of('again'),
    missing: of('lost'),
    truncated: 0,
  };
  const body = endedPart(document, {
    attempt,
    part,
    records: ordinals.length,
    firstOrdinal: ordinals[0]!,
    lastOrdinal: ordinals.at(-1)!,
    state: 'collected',
    collected: counts,
  });
  putJobInput(ports.objects, body, prefix, ordinals);
  const lines = ordinals.map((ordinal) =>
    new TextDecoder().decode(encodeOutcome(outcomeOf(prefix, ordinal, fates.get(ordinal)!))),
  );
  ports.objects.put(objectKeys.outcomes(document.run, attempt, part), lines.join(''));
  return body;
}

/** The lines of the parts that were written, padding apart. */
function written(ports: Ports, facts: readonly PartFacts[]) {
  return facts.map((part) => {
    const files = Array.from({ length: part.files }, (_, file) =>
      ports.objects.text(objectKeys.inputFile(part.run, part.attempt, part.part, file)),
    );
    const lines = files.join('').split('\n').slice(0, -1);
    const isPadding = (line: string) => isSentinelOrdinal(ordinalOf(new TextEncoder().encode(line), 13));
    return { records: lines.filter((line) => !isPadding(line)), padding: lines.filter(isPadding).length };
  });
}

const fatesOf = (text: string, from = 0): Map<number, Fate> =>
  new Map([...text].map((letter, i) => [from + i, ({ y: 'yes', n: 'no', a: 'again', l: 'lost' } as const)[letter as 'y']!]));

async function retry(document: RunDocument, generations: readonly (readonly Map<number, Fate>[])[], select?: RetrySelection) {
  const ports = wayBackPorts();
  const parts = generations.flatMap((of, g) => of.map((fates, part) => collected(ports, document, g + 1, part, fates)));
  const attempt = generations.length;
  const run = () => writeRetryParts(ports, { document, attempt, parts, maxAttempts: attempt + 1, ...(select && { select }) });
  const facts = await run();
  const bytes = ports.objects.keys().map((key) => ports.objects.text(key));
  expect(await run()).toEqual(facts);
  expect(ports.objects.keys().map((key) => ports.objects.text(key))).toEqual(bytes);
  return { facts, parts: written(ports, facts) };
}

const small = wayBackDocument({ partRecords: 3, minRecords: 1 });
const line = (ordinal: number) => inputLine(small.recordPrefix, ordinal);

test('retryable and missing records of all parts are pooled in row order, with the lines that were sent', async () => {
  const { facts, parts } = await retry(small, [[fatesOf('yay'), fatesOf('nnl', 3), fatesOf('yyy', 6), fatesOf('al', 9)]]);
  expect(parts).toEqual([
    { records: [line(1), line(5)], padding: 0 },
    { records: [line(9), line(10)], padding: 0 },
  ]);
  expect(facts).toMatchObject([
    { attempt: 2, part: 0, records: 2, firstOrdinal: 1, lastOrdinal: 5 },
    { attempt: 2, part: 1, records: 2, firstOrdinal: 9, lastOrdinal: 10 },
  ]);
  expect(facts[0]?.span).toBeUndefined();
});

test('nothing to send again is no part', async () => {
  expect((await retry(small, [[fatesOf('yny')]])).facts).toEqual([]);
});

test('of a later generation only its own records count', async () => {
  const { parts } = await retry(small, [
    [fatesOf('aaay')],
    [
      new Map([
        [0, 'yes'],
        [1, 'lost'],
        [2, 'no'],
      ]),
    ],
  ]);
  expect(parts).toEqual([{ records: [line(1)], padding: 0 }]);
});

test('a set below the minimum is one part, padded', async () => {
  const document = wayBackDocument({ partRecords: 1_000, minRecords: 100 });
  const { facts, parts } = await retry(document, [[fatesOf('al')]]);
  expect(parts).toEqual([{ records: [line(0), line(1)], padding: 98 }]);
  expect(facts).toMatchObject([{ records: 2, sentinels: 98 }]);
});

test('`retry` chooses what failed at last, in any generation, by its codes', async () => {
  const generations = [
    [fatesOf('naay')],
    [
      new Map<number, Fate>([
        [1, 'no'],
        [2, 'lost'],
      ]),
    ],
  ];
  const chosen = async (select: RetrySelection) =>
    (await retry(small, generations, select)).parts.flatMap(({ records }) => records);
  expect(await chosen({ all: true })).toEqual([line(0), line(1), line(2)]);
  // what was refused for good stays out, and what nothing came back for does not
  expect(await chosen({})).toEqual([line(2)]);
  expect(await chosen({ codes: ['400'] })).toEqual([line(0), line(1)]);
  expect(await chosen({ codes: ['no_output', '599'] })).toEqual([line(2)]);
  expect(await chosen({ codes: ['500'] })).toEqual([]);
});

test('parts differ by one record at most, and only a single one is below the minimum', async () => {
  const sizes = fc.record({
    records: fc.integer({ min: 1, max: 120 }),
    partRecords: fc.integer({ min: 1, max: 40 }),
    minRecords: fc.integer({ min: 1, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ records, partRecords, minRecords }) => {
      const document = wayBackDocument({ partRecords, minRecords });
      const { facts, parts } = await retry(document, [[fatesOf('a'.repeat(records))]]);
      expect(parts.flatMap((part) => part.records)).toEqual(Array.from({ length: records }, (_, i) => line(i)));
      const counts = facts.map((part) => part.records);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      if (facts.length > 1) expect(Math.min(...counts)).toBeGreaterThanOrEqual(minRecords);
      if (records >= minRecords) expect(facts.every((part) => part.sentinels === 0)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
