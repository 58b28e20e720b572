import {
  answerLine,
  endedPart,
  errorLine,
  jobView,
  OUTPUT_SETTLE_MS,
  putJobInput,
  putJobOutput,
  wayBackDocument,
  wayBackPorts,
} from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CollectCounts, PartBody } from '../job/index.ts';
import { encodeRejectedOutcome, type Outcome, parseOutcome, recordId, SENTINEL_FIRST_ORDINAL } from '../record/index.ts';
import { writeOutcomes } from './collect-output.ts';
import { objectKeys } from './keys.ts';
import { OutcomeLines } from './outcome-lines.ts';

const document = wayBackDocument();
const prefix = document.recordPrefix;
const span = (from: number, to: number) => ({
  from: { byte: 0, line: from + 2, ordinal: from },
  to: { byte: 0, line: to + 2, ordinal: to },
});

/** A part of the first attempt with rows `from` to `to`. */
function firstPart(from: number, to: number, change: Partial<PartBody> = {}): PartBody {
  return endedPart(document, { records: to - from, span: span(from, to), firstOrdinal: from, lastOrdinal: to - 1, ...change });
}

const outcomesKey = (part: PartBody) => objectKeys.outcomes(part.run, part.attempt, part.part);

function outcomesOf(ports: ReturnType<typeof wayBackPorts>, part: PartBody): Outcome[] {
  return outcomesOfText(ports.objects.text(outcomesKey(part)));
}

/** As those see them who read on: the runs of the object merged. */
async function mergedOutcomes(ports: ReturnType<typeof wayBackPorts>, part: PartBody, counts: CollectCounts): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const lines = new OutcomeLines(ports, [{ key: outcomesKey(part), sortedRuns: counts.sortedRuns }]);
  while (await lines.fill()) {
    while (lines.next()) outcomes.push(parseOutcome(lines.spans.bytes.slice(lines.spans.start, lines.spans.end)));
  }
  await lines.close();
  return outcomes;
}

function outcomesOfText(text = ''): Outcome[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => parseOutcome(new TextEncoder().encode(line)));
}

const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('');
const manifest = (processed: number) => ({ totalRecordCount: processed, processedRecordCount: processed });

describe('a job that did everything', () => {
  test('gives one outcome a record, sorted, however the lines are ordered', async () => {
    const ports = wayBackPorts();
    const part = firstPart(10, 14);
    const text = lines(
      answerLine(prefix, 13, 'd', 'max_tokens'),
      errorLine(prefix, 11, 429),
      answerLine(prefix, 10, 'ä'),
      errorLine(prefix, 12, 400),
    );
    putJobOutput(ports.objects, part, [text], manifest(4));
    const counts = await writeOutcomes(ports, { document, part, view: jobView(part) });
    expect(counts).toEqual({ succeeded: 2, failed: 1, retryable: 1, missing: 0, truncated: 1, inputTokens: 14, outputTokens: 6 });
    expect(outcomesOf(ports, part).map((outcome) => [outcome.id, outcome.status])).toEqual([
      [recordId(prefix, 10), 'succeeded'],
      [recordId(prefix, 11), 'failed'],
      [recordId(prefix, 12), 'failed'],
      [recordId(prefix, 13), 'succeeded'],
    ]);
  });

  test('is read from all of its output files and from nothing else in the folder', async () => {
    const ports = wayBackPorts();
    const part = firstPart(0, 3, { files: 2 });
    putJobOutput(ports.objects, part, [lines(answerLine(prefix, 1, 'b')), lines(answerLine(prefix, 0, 'a'))], manifest(3));
    const folder = objectKeys.outputFolder(part.run, 1, 0);
    ports.objects.put(`${folder}another0job0/000.jsonl.out`, lines(answerLine(prefix, 2, 'not of this job')));
    await ports.clock.advance(OUTPUT_SETTLE_MS);
    const counts = await writeOutcomes(ports, { document, part, view: jobView(part) });
    expect(counts).toMatchObject({ succeeded: 2, missing: 1 });
  });

  test('written once is never replaced: the second time gives the counts of the first', async () => {
    const ports = wayBackPorts();
    const part = firstPart(0, 3);
    putJobOutput(
      ports.objects,
      part,
      [lines(answerLine(prefix, 0, 'a'), errorLine(prefix, 1, 500), answerLine(prefix, 2, 'c'))],
      manifest(3),
    );
    const first = await writeOutcomes(ports, { document, part, view: jobView(part) });
    const bytes = ports.objects.text(outcomesKey(part));
    putJobOutput(ports.objects, part, [lines(answerLine(prefix, 0, 'changed'))], manifest(3));
    expect(await writeOutcomes(ports, { document, part, view: jobView(part) })).toEqual(first);
    expect(ports.objects.text(outcomesKey(part))).toBe(bytes);
  });

  test('collected by two at once: the loser of the race takes the counts of the winner', async () => {
    const ports = wayBackPorts();
    const part = firstPart(0, 1);
    putJobOutput(ports.objects, part, [lines(answerLine(prefix, 0, 'mine'))], manifest(1));
    ports.objects.hook = ({ call, about, moment }) => {
      if (call === 'create' && moment === 'before')
        ports.objects.put(about, `{"id":"${recordId(prefix, 0)}","status":"missing"}\n`);
    };
    expect(await writeOutcomes(ports, { document, part, view: jobView(part) })).toMatchObject({ succeeded: 0, missing: 1 });
  });
});

describe('lines that a job may have beside those of its records', () => {
  test('padding, foreign, half-written and blank lines are left out', async () => {
    const ports = wayBackPorts();
    const part = firstPart(5, 6, { sentinels: 1 });
    const whole = answerLine(prefix, 5, 'yes');
    const odd = [
      '',
      answerLine('zz', 5, 'another run'),
      answerLine(prefix, 4, 'the row before'),
      answerLine(prefix, 6, 'the row after'),
      answerLine(prefix, 5, 'another request of the row').replace('0500"', '0501"'),
      '{"totalRecordCount":1}',
      whole.slice(0, -9),
      answerLine(prefix, SENTINEL_FIRST_ORDINAL, '.'),
    ];
    putJobOutput(ports.objects, part, [lines(...odd) + whole], manifest(2));
    expect(await writeOutcomes(ports, { document, part, view: jobView(part) })).toMatchObject({ succeeded: 1, missing: 0 });
    expect(outcomesOf(ports, part)).toMatchObject([{ response: 'yes' }]);
  });

  test('of two lines of a record the first counts, and an answer counts before an error', async () => {
    const ports = wayBackPorts();
    const part = firstPart(0, 3);
    const text = lines(
      errorLine(prefix, 0, 500),
      answerLine(prefix, 0, 'first'),
      answerLine(prefix, 0, 'second'),
      errorLine(prefix, 1, 500, 'first'),
      errorLine(prefix, 1, 400, 'second'),
      answerLine(prefix, 2, 'first'),
      errorLine(prefix, 2, 400),
    );
    putJobOutput(ports.objects, part, [text], manifest(3));
    const counts = await writeOutcomes(ports, { document, part, view: jobView(part) });
    expect(counts).toEqual({ succeeded: 2, failed: 0, retryable: 1, missing: 0, truncated: 0, inputTokens: 14, outputTokens: 6 });
    expect(outcomesOf(ports, part)).toMatchObject([{ response: 'first' }, { message: 'first' }, { response: 'first' }]);
  });
});

test('a byte order mark does not cost the first record', async () => {
  const ports = wayBackPorts();
  const part = firstPart(0, 1);
  putJobOutput(ports.objects, part, [`\ufeff${answerLine(prefix, 0, 'a')}\n`], manifest(1));
  expect(await writeOutcomes(ports, { document, part, view: jobView(part) })).toMatchObject({ succeeded: 1 });
});

describe('output that is not all there', () => {
  const part = firstPart(0, 3);
  const two = lines(answerLine(prefix, 0, 'a'), answerLine(prefix, 1, 'b'));

  test.each([
    [
      'no manifest',
      'Completed',
      [lines(answerLine(prefix, 0, 'a'), answerLine(prefix, 1, 'b'), answerLine(prefix, 2, 'c'))],
      undefined,
    ],
    ['a manifest that counts more lines', 'Stopped', [two], manifest(3)],
    ['a manifest written too early', 'Completed', [two], manifest(2)],
    ['a manifest that cannot be read', 'Stopped', [two], '{"totalRec'],
    ['doubled lines that make up the number', 'Stopped', [lines(errorLine(prefix, 1, 500)) + two], manifest(3)],
    ['nothing at all', 'Failed', [], undefined],
  ] as const)('is waited for, until it has settled: %s', async (_, status, files, says) => {
    const ports = wayBackPorts();
    putJobOutput(ports.objects, part, files, says);
    const collect = () => writeOutcomes(ports, { document, part, view: jobView(part, { status }) });
    expect(await collect()).toBe('unsettled');
    await ports.clock.advance(OUTPUT_SETTLE_MS - 1);
    expect(await collect()).toBe('unsettled');
    expect(ports.objects.keys('runs/r-0000000001/outcomes')).toEqual([]);
    await ports.clock.advance(1);
    const counts = await collect();
    expect(counts).toMatchObject({ succeeded: files.join('').match(/modelOutput/g)?.length ?? 0 });
  });

  test('is taken at once when the manifest accounts for all that was processed: what was stopped stays missing', async () => {
    const ports = wayBackPorts();
    putJobOutput(ports.objects, part, [two], { totalRecordCount: 3, processedRecordCount: 2 });
    const counts = await writeOutcomes(ports, { document, part, view: jobView(part, { status: 'Stopped' }) });
    expect(counts).toMatchObject({ succeeded: 2, missing: 1 });
  });

  test('is not waited for where there never was a job', async () => {
    const ports = wayBackPorts();
    const counts = await writeOutcomes(ports, { document, part, view: jobView(part, { jobArn: '', status: 'Failed' }) });
    expect(counts).toMatchObject({ missing: 3 });
  });
});

test('rows that were rejected are no records of the job', async () => {
  const ports = wayBackPorts();
  const part = firstPart(0, 4, { records: 2, rejected: 2 });
  const reject = (ordinal: number) =>
    new TextDecoder().decode(encodeRejectedOutcome({ id: recordId(prefix, ordinal), code: 'ragged_row', message: '', line: 1 }));
  ports.objects.put(objectKeys.outcomes(part.run, 0, 0), reject(0) + reject(2));
  putJobOutput(ports.objects, part, [lines(answerLine(prefix, 2, 'forged'), answerLine(prefix, 3, 'd'))], manifest(1));
  await ports.clock.advance(OUTPUT_SETTLE_MS);
  await writeOutcomes(ports, { document, part, view: jobView(part) });
  expect(outcomesOf(ports, part).map((outcome) => [outcome.id, outcome.status])).toEqual([
    [recordId(prefix, 1), 'missing'],
    [recordId(prefix, 3), 'succeeded'],
  ]);
});

test('a part of a later attempt has the records of its input files', async () => {
  const ports = wayBackPorts();
  const part = endedPart(document, { attempt: 2, records: 3, sentinels: 1, firstOrdinal: 7, lastOrdinal: 9_000 });
  putJobInput(ports.objects, part, prefix, [7, 300, 9_000, SENTINEL_FIRST_ORDINAL]);
  putJobOutput(
    ports.objects,
    part,
    [lines(answerLine(prefix, 9_000, 'c'), answerLine(prefix, 8, 'not asked'), errorLine(prefix, 7, 429))],
    manifest(2),
  );
  const counts = await writeOutcomes(ports, { document, part, view: jobView(part, { status: 'PartiallyCompleted' }) });
  expect(counts).toMatchObject({ succeeded: 1, retryable: 1, missing: 1 });
  expect(outcomesOf(ports, part).map(({ id }) => id)).toEqual([7, 300, 9_000].map((ordinal) => recordId(prefix, ordinal)));
});

test('tokens come from the manifest where no answer says them', async () => {
  const ports = wayBackPorts();
  const part = firstPart(0, 1);
  const line = JSON.stringify({ recordId: recordId(prefix, 0), modelOutput: { content: [{ type: 'text', text: 'a' }] } });
  putJobOutput(ports.objects, part, [lines(line)], { ...manifest(1), inputTokenCount: 40, outputTokenCount: 2 });
  const counts = await writeOutcomes(ports, { document, part, view: jobView(part) });
  expect(counts).toMatchObject({ inputTokens: 40, outputTokens: 2 });
});

describe('more output than memory', () => {
  const part = firstPart(0, 4);
  const collect = (ports: ReturnType<typeof wayBackPorts>) =>
    writeOutcomes(ports, { document, part, view: jobView(part), budgetBytes: 200 });

  test('is written as sorted runs, and a later line of a record takes the place of an earlier one', async () => {
    const ports = wayBackPorts();
    const text = lines(
      errorLine(prefix, 2, 500),
      answerLine(prefix, 3, 'd'.repeat(100)),
      answerLine(prefix, 0, 'a'.repeat(100)),
      answerLine(prefix, 2, 'c'.repeat(100)),
      errorLine(prefix, 2, 400),
    );
    putJobOutput(ports.objects, part, [text], manifest(4));
    await ports.clock.advance(OUTPUT_SETTLE_MS);
    const counts = await collect(ports);
    if (counts === 'unsettled') throw new Error(counts);
    expect(counts).toMatchObject({ succeeded: 3, failed: 0, retryable: 0, missing: 1 });
    expect(outcomesOf(ports, part).map(({ status }) => status)).toEqual([
      'failed',
      'succeeded',
      'succeeded',
      'missing',
      'succeeded',
    ]);
    expect(counts.sortedRuns).toHaveLength(2);
    expect(await mergedOutcomes(ports, part, counts)).toMatchObject([
      { id: recordId(prefix, 0), status: 'succeeded' },
      { id: recordId(prefix, 1), status: 'missing' },
      { id: recordId(prefix, 2), status: 'succeeded', response: 'c'.repeat(100) },
      { id: recordId(prefix, 3), status: 'succeeded' },
    ]);
  });

  test('has a run of its own for a record whose line ends the run before', async () => {
    const ports = wayBackPorts();
    const text = lines(
      ...[0, 1].map((row) => answerLine(prefix, row, 'x'.repeat(30))),
      errorLine(prefix, 3, 500, 'x'.repeat(200)),
      ...[3, 2].map((row) => answerLine(prefix, row, 'x'.repeat(200))),
    );
    putJobOutput(ports.objects, part, [text], manifest(4));
    await ports.clock.advance(OUTPUT_SETTLE_MS);
    const counts = await collect(ports);
    if (counts === 'unsettled') throw new Error(counts);
    expect(counts.sortedRuns).toHaveLength(3);
    expect((await mergedOutcomes(ports, part, counts)).map(({ status }) => status)).toEqual(Array(4).fill('succeeded'));
    expect(await collect(ports)).toEqual(counts);
  });

  test('is one run where it comes in order', async () => {
    const ports = wayBackPorts();
    const text = lines(...[0, 1, 2, 3].map((row) => answerLine(prefix, row, 'x'.repeat(100))));
    putJobOutput(ports.objects, part, [text], manifest(4));
    expect(await collect(ports)).not.toHaveProperty('sortedRuns');
    expect(outcomesOf(ports, part)).toHaveLength(4);
  });

  test('leaves nothing behind when it turns out not to be all there, or cannot be read on', async () => {
    const ports = wayBackPorts();
    const text = lines(...[3, 1, 2].map((row) => answerLine(prefix, row, 'x'.repeat(100))));
    putJobOutput(ports.objects, part, [text, ''], manifest(4));
    const create = ports.objects.create.bind(ports.objects);
    const open = new Set<number>();
    let sinks = 0;
    ports.objects.create = (key, options) => {
      const sink = create(key, options);
      const id = sinks++;
      open.add(id);
      const end = async <T>(ended: Promise<T>): Promise<T> => {
        open.delete(id);
        return ended;
      };
      return {
        blockBytes: sink.blockBytes,
        block: () => sink.block(),
        write: (full) => sink.write(full),
        commit: () => end(sink.commit()),
        abort: () => end(sink.abort()),
      };
    };
    expect(await collect(ports)).toBe('unsettled');
    expect([sinks, open.size]).toEqual([1, 0]);
    await ports.clock.advance(OUTPUT_SETTLE_MS);
    ports.objects.hook = ({ call, about, moment }) => {
      if (call === 'create' && moment === 'before' && about === outcomesKey(part)) throw new Error('no connection');
    };
    await expect(collect(ports)).rejects.toThrow('no connection');
    expect(open.size).toBe(0);
    ports.objects.hook = ({ call, about, moment }) => {
      if (call === 'open' && moment === 'before' && about.endsWith('001.jsonl.out')) throw new Error('no answer');
    };
    await expect(collect(ports)).rejects.toThrow('no answer');
    expect(open.size).toBe(0);
    expect(ports.objects.keys('runs/r-0000000001/outcomes')).toEqual([]);
    ports.objects.hook = undefined;
    expect(await collect(ports)).toMatchObject({ succeeded: 3, missing: 1 });
  });

  test('is collected by two at once: the loser counts the runs of the winner', async () => {
    const ports = wayBackPorts();
    const outcome = (row: number, rest: string) => `{"id":"${recordId(prefix, row)}",${rest}}\n`;
    const failed = outcome(2, '"status":"failed","code":"500","message":"","retry":true');
    const first = failed + outcome(3, '"status":"missing"');
    const second = [0, 1].map((row) => outcome(row, '"status":"missing"')).join('');
    const third = outcome(2, '"status":"succeeded","response":"c","stop":""');
    putJobOutput(ports.objects, part, [lines(...[3, 2, 1, 0].map((row) => answerLine(prefix, row, 'mine')))], manifest(4));
    ports.objects.hook = ({ call, about, moment }) => {
      if (call === 'create' && moment === 'before') ports.objects.put(about, first + second + third);
    };
    const sortedRuns = [0, first.length];
    const counts = await collect(ports);
    expect(counts).toMatchObject({ succeeded: 1, failed: 0, retryable: 0, missing: 3, sortedRuns });
  });
});

describe('whatever the output is', () => {
  const event = fc.record({
    ordinal: fc.integer({ min: 95, max: 125 }),
    text: fc.string({ unit: 'binary', maxLength: 30 }),
    kind: fc.constantFrom('answer', 'error', 'refusal', 'torn', 'foreign', 'padding'),
  });
  const scenario = fc.record({
    events: fc.array(event, { maxLength: 60 }),
    budget: fc.integer({ min: 1, max: 2_000 }),
    files: fc.integer({ min: 1, max: 3 }),
  });

  function lineOf(e: { ordinal: number; text: string; kind: string }): string {
    if (e.kind === 'answer') return answerLine(prefix, e.ordinal, e.text);
    if (e.kind === 'error') return errorLine(prefix, e.ordinal, 500, e.text);
    if (e.kind === 'refusal') return errorLine(prefix, e.ordinal, 400, 'no');
    if (e.kind === 'torn') return answerLine(prefix, e.ordinal, e.text).slice(0, 30);
    return e.kind === 'foreign'
      ? answerLine('qq', e.ordinal, e.text)
      : answerLine(prefix, SENTINEL_FIRST_ORDINAL + e.ordinal, '.');
  }

  test('each record has one outcome, in order, and it is the first answer or else the first error', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ events, budget, files }) => {
        const part = firstPart(100, 120);
        const run = async (budgetBytes: number) => {
          const ports = wayBackPorts();
          const of = (file: number) =>
            lines(...events.filter((_, i) => Math.floor((i * files) / events.length) === file).map(lineOf));
          putJobOutput(
            ports.objects,
            part,
            Array.from({ length: files }, (_, file) => of(file)),
            manifest(0),
          );
          await ports.clock.advance(OUTPUT_SETTLE_MS);
          const counts = await writeOutcomes(ports, { document, part, view: jobView(part), budgetBytes });
          // the counts of a second reader, who finds the file written
          expect(await writeOutcomes(ports, { document, part, view: jobView(part) })).toEqual(counts);
          if (counts === 'unsettled') throw new Error('unsettled');
          return { counts, text: ports.objects.text(outcomesKey(part)), outcomes: await mergedOutcomes(ports, part, counts) };
        };
        const { counts, text, outcomes } = await run(1 << 20);
        expect(outcomes).toEqual(outcomesOfText(text));
        const { sortedRuns, ...small } = await run(budget).then((other) => ({ ...other.counts, outcomes: other.outcomes }));
        expect(small).toEqual({ ...counts, outcomes });
        if (sortedRuns !== undefined) expect(sortedRuns.length).toBeGreaterThan(1);
        const expected = Array.from({ length: 20 }, (_, i) => {
          const own = events.filter((e) => e.ordinal === 100 + i && ['answer', 'error', 'refusal'].includes(e.kind));
          const best = own.find((e) => e.kind === 'answer') ?? own[0];
          if (best === undefined) return { id: recordId(prefix, 100 + i), status: 'missing' };
          const text = JSON.parse(JSON.stringify(best.text));
          return best.kind === 'answer'
            ? { status: 'succeeded', response: text }
            : { status: 'failed', retry: best.kind === 'error' };
        });
        expect(outcomes).toMatchObject(expected);
        expect(counts.succeeded + counts.failed + counts.retryable + counts.missing).toBe(20);
      }),
      { numRuns: 150 },
    );
  });
});
