import { wayBackPorts } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { allowKernel, encodeOutcome, recordId } from '../record/index.ts';
import { tallyOutcomes } from './outcome-counts.ts';
import { OutcomeLines, type OutcomeObject } from './outcome-lines.ts';
import { openPieces } from './piece-source.ts';

type Store = ReturnType<typeof wayBackPorts>['objects'];

const prefix = 'k3';

/** A line of a row; `size` larger ones are longer than the blocks in which runs are read. */
interface Line {
  readonly row: number;
  readonly size: number;
  readonly success: boolean;
}

function textOf({ row, size, success }: Line, mark: string): string {
  const id = recordId(prefix, row);
  const text = mark + 'x'.repeat(size);
  const outcome = success
    ? ({ id, status: 'succeeded', response: text, stop: '' } as const)
    : ({ id, status: 'failed', code: '500', message: text, retry: true } as const);
  return new TextDecoder().decode(encodeOutcome(outcome));
}

const line = fc.record({
  row: fc.nat(30),
  size: fc.oneof({ arbitrary: fc.nat(40), weight: 5 }, fc.constant(40_000), fc.constant(150_000)),
  success: fc.boolean(),
});
const run = fc.array(line, { minLength: 1, maxLength: 12 }).map((lines) => {
  const byRow = new Map(lines.map((each) => [each.row, each]));
  return [...byRow.values()].sort((a, b) => a.row - b.row);
});
const objects = fc.array(fc.array(run, { minLength: 1, maxLength: 5 }), { maxLength: 4 });

/** Objects with their runs; the rows of one come after those of the one before. */
function putObjects(store: Store, all: readonly (readonly (readonly Line[])[])[]) {
  const expected: string[] = [];
  const keys = all.map((runs, object): OutcomeObject => {
    const rows = new Map<number, string>();
    const sortedRuns: number[] = [];
    let text = '';
    for (const [i, lines] of runs.entries()) {
      sortedRuns.push(text.length);
      for (const each of lines) {
        const own = textOf({ ...each, row: 100 * object + each.row }, `${object}.${i} `);
        rows.set(each.row, own.trimEnd());
        text += own;
      }
    }
    expected.push(...[...rows.keys()].sort((a, b) => a - b).map((row) => rows.get(row) as string));
    store.put(`o${object}`, text);
    return { key: `o${object}`, ...(sortedRuns.length > 1 && { sortedRuns }) };
  });
  return { keys, expected };
}

async function read(store: Store, keys: readonly OutcomeObject[]): Promise<string[]> {
  const lines = new OutcomeLines({ objects: store }, keys);
  const texts: string[] = [];
  try {
    while (await lines.fill()) {
      while (lines.next()) {
        const { bytes, start, end } = lines.spans;
        texts.push(new TextDecoder().decode(bytes.subarray(start, end)));
      }
    }
    expect(await lines.fill()).toBe(false);
  } finally {
    await lines.close();
  }
  return texts;
}

describe.each([true, false])('outcomes in sorted runs (kernel: %s)', (kernel) => {
  test('are read in the order of their rows, the line of the last run of those of a row', async () => {
    const before = allowKernel(kernel);
    try {
      await fc.assert(
        fc.asyncProperty(objects, async (all) => {
          const store = wayBackPorts().objects;
          const { keys, expected } = putObjects(store, all);
          expect(await read(store, keys)).toEqual(expected);
        }),
        { numRuns: 20 },
      );
    } finally {
      allowKernel(before);
    }
  });
});

test('the runs of an object are found again from its lines alone', async () => {
  await fc.assert(
    fc.asyncProperty(objects, async (all) => {
      const store = wayBackPorts().objects;
      const { keys, expected } = putObjects(store, all);
      for (const { key, sortedRuns = [0] } of keys) {
        const tally = await tallyOutcomes({ objects: store }, key, {});
        // neighbours that ascend together are one run
        expect(sortedRuns).toEqual(expect.arrayContaining([...(tally?.sortedRuns ?? [])]));
        const own = expected.filter((text) => text.includes(`"${key.slice(1)}.`));
        expect(tally).toMatchObject({
          succeeded: own.filter((text) => text.includes('"succeeded"')).length,
          retryable: own.filter((text) => text.includes('"failed"')).length,
        });
        expect(await read(store, [{ key, sortedRuns: tally?.sortedRuns ?? [] }])).toEqual(own);
      }
    }),
    { numRuns: 20 },
  );
});

test('lines that are out of order in a run are damage, and so is an object whose rows come before', async () => {
  const store = wayBackPorts().objects;
  const text = (row: number) => textOf({ row, size: 1, success: true }, '');
  store.put('swapped', text(1) + text(3) + text(2));
  store.put('second', text(9));
  store.put('third', text(9) + text(10));
  await expect(read(store, [{ key: 'swapped' }])).rejects.toMatchObject({ code: 'BR-E0208' });
  await expect(read(store, [{ key: 'swapped', sortedRuns: [0, text(1).length] }])).rejects.toMatchObject({ code: 'BR-E0208' });
  await expect(read(store, [{ key: 'second' }, { key: 'third' }])).rejects.toMatchObject({ code: 'BR-E0208' });
  await expect(read(store, [{ key: 'gone', sortedRuns: [0, 9] }])).rejects.toMatchObject({ code: 'BR-E0208' });
});

test('a span is read by ranges, and nothing is open between them', async () => {
  const store = wayBackPorts().objects;
  store.put('object', 'abcdefghij');
  const source = openPieces(store, 'object', { from: 2, to: 9 });
  const block = new Uint8Array(3);
  const pieces: string[] = [];
  for (let read = await source.readInto(block); read > 0; read = await source.readInto(block)) {
    pieces.push(new TextDecoder().decode(block.subarray(0, read)));
  }
  expect(pieces).toEqual(['cde', 'fgh', 'i']);
});

test('the first blocks of all runs come at once, and the next of each while the one before is merged', async () => {
  const store = wayBackPorts().objects;
  const text = (row: number) => textOf({ row, size: 1000, success: true }, '');
  const rows = Array.from({ length: 1000 }, (_, row) => row);
  // four runs, of every fourth row
  const runs = [0, 1, 2, 3].map((first) => rows.filter((row) => row % 4 === first).map(text));
  store.put('object', runs.flat().join(''));
  const sortedRuns = runs.map((_, i) => runs.slice(0, i).flat().join('').length);
  let open = 0;
  const most: number[] = [];
  const openAny = store.open.bind(store);
  vi.spyOn(store, 'open').mockImplementation(async (key, options) => {
    most.push(++open);
    await new Promise<void>((done) => setImmediate(done));
    open--;
    return openAny(key, options);
  });
  expect(await read(store, [{ key: 'object', sortedRuns }])).toEqual(rows.map((row) => text(row).trimEnd()));
  expect(Math.max(...most)).toBe(4);
  expect(most.slice(0, 4)).toEqual([1, 2, 3, 4]);
});
