import { createJsonlWriter } from '@batchrock/formats';
import {
  answerLine,
  type DatasetWorld,
  datasetWorld,
  errorLine,
  jobId,
  jobView,
  OUTPUT_SETTLE_MS,
  openRows,
  putJobInput,
  putJobOutput,
} from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PartBody } from '../job/index.ts';
import { recordId } from '../record/index.ts';
import { writeOutcomes } from './collect-output.ts';
import type { RunBody } from './document.ts';
import { exportResults } from './export.ts';
import { objectKeys } from './keys.ts';
import { writeRetryParts } from './retry-parts.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const prefix = 'k3';

async function exported(world: DatasetWorld, parts: readonly PartBody[], run: Partial<RunBody>) {
  const writer = createJsonlWriter(world.ports.objects.create('out.jsonl'));
  const counts = await exportResults(world.ports, { ...world, run: { ...world.run, ...run }, parts, writer, openRows });
  const text = world.ports.objects.text(counts.file.key) ?? '';
  const rows = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { counts, rows, text };
}

/** A dataset of so many rows, none of them sent yet. */
const unsent = (rows: number, partRows = rows) => {
  const lines = Array.from({ length: rows }, (_, i) => `${i}\n`).join('');
  return datasetWorld({ format: 'csv', bytes: bytesOf(`id\n${lines}`), partRows });
};

/** The job of a part ends with these lines, and is collected. */
async function collect(world: DatasetWorld, part: PartBody, lines: readonly string[]): Promise<PartBody> {
  const jobArn = `arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/${jobId(part.attempt, part.part)}`;
  const ended: PartBody = { ...part, state: 'ended', jobArn, jobStatus: 'Completed', endedAt: world.ports.clock.now() };
  putJobOutput(world.ports.objects, ended, [lines.map((line) => `${line}\n`).join('')], {});
  world.ports.clock.jump(OUTPUT_SETTLE_MS);
  const collected = await writeOutcomes(world.ports, { ...world, part: ended, view: jobView(ended) });
  if (collected === 'unsettled') throw new Error('unsettled');
  return { ...ended, state: 'collected', collected };
}

describe('rows over several generations', () => {
  test('what may still be sent is pending while the run is open, and failed when it has ended', async () => {
    const world = await unsent(3);
    const first = await collect(world, world.parts[0]!, [errorLine(prefix, 0, 500, 'busy'), errorLine(prefix, 1, 400, 'no')]);
    const open = await exported(world, [first], {});
    expect(open.rows.map((row) => [row['status'], row['error_code']])).toEqual([
      ['pending', null],
      ['failed', '400'],
      ['pending', null],
    ]);
    const ended = await exported(world, [first], { state: 'ended' });
    expect(ended.rows.map((row) => [row['status'], row['error_code'], row['error_message']])).toEqual([
      ['failed', '500', 'busy'],
      ['failed', '400', 'no'],
      ['failed', 'no_output', 'sent once, and nothing came back'],
    ]);
  });

  test('a row that nothing came back for says how its own job ended, where that was not well', async () => {
    const world = await unsent(4, 1);
    const ends = [
      { jobStatus: 'Failed', jobMessage: 'no "capacity"' },
      { jobStatus: 'Stopped' },
      { jobStatus: 'Completed' },
      { jobStatus: 'Expired', jobMessage: 'too late' },
    ];
    const parts: PartBody[] = [];
    for (const [i, end] of ends.entries()) parts.push({ ...(await collect(world, world.parts[i]!, [])), ...end });
    const { rows } = await exported(world, parts, { state: 'ended' });
    expect(rows.map((row) => row['error_message'])).toEqual([
      'sent once, and nothing came back; its job ended as Failed: no "capacity"',
      'sent once, and nothing came back; its job ended as Stopped',
      'sent once, and nothing came back',
      'sent once, and nothing came back; its job ended as Expired: too late',
    ]);
  });

  test('what is under way again is pending, even where it had failed for good', async () => {
    const world = await unsent(2);
    const first = await collect(world, world.parts[0]!, [errorLine(prefix, 0, 400), answerLine(prefix, 1, 'yes')]);
    const facts = await writeRetryParts(world.ports, {
      ...world,
      attempt: 1,
      maxAttempts: 2,
      parts: [first],
      select: { all: true },
    });
    const second: PartBody = { ...facts[0]!, state: 'submitted' };
    const { rows, counts } = await exported(world, [first, second], { attempt: 2 });
    expect(rows.map((row) => row['status'])).toEqual(['pending', 'succeeded']);
    expect(counts).toMatchObject({ rows: 2, succeeded: 1, pending: 1 });
  });

  test('a success of an earlier attempt is final, whatever a later one says', async () => {
    const world = await unsent(1);
    const first = await collect(world, world.parts[0]!, [answerLine(prefix, 0, 'first')]);
    const forged: PartBody = { ...first, attempt: 2, state: 'ended' };
    const { span: _, ...second } = forged;
    putJobInput(world.ports.objects, second, prefix, [0]);
    const again = await collect(world, second, [answerLine(prefix, 0, 'second')]);
    expect((await exported(world, [first, again], { attempt: 2, state: 'ended' })).rows[0]).toMatchObject({ response: 'first' });
  });

  test('an object that is gone, or damaged, is said by its key', async () => {
    const world = await unsent(2);
    const first = await collect(world, world.parts[0]!, [answerLine(prefix, 0, 'a'), answerLine(prefix, 1, 'b')]);
    const key = objectKeys.outcomes(world.document.run, 1, 0);
    const lines = (world.ports.objects.text(key) ?? '').split('\n');
    world.ports.objects.put(key, `${lines[1]}\n${lines[0]}\n`);
    await expect(exported(world, [first], {})).rejects.toThrow(`${key} is damaged: row 0 after row 1`);
    world.ports.objects.put(key, `${lines[0]?.slice(0, -4)}\n`);
    await expect(exported(world, [first], {})).rejects.toThrow(`${key} is damaged`);
    await world.ports.objects.remove([key]);
    await expect(exported(world, [first], {})).rejects.toMatchObject({ code: 'BR-E0208' });
    expect(world.ports.objects.keys('out.jsonl')).toEqual([]);
  });

  test('outcomes or rows that are not all there are a bug, not a result', async () => {
    const world = await unsent(2);
    world.ports.objects.put(objectKeys.rows(world.document.run, 0, 'csv', ''), '0\n');
    await expect(exported(world, world.parts, {})).rejects.toThrow('has rows up to 1, its span up to 2');
  });
});

describe('a whole run', () => {
  type Fate = 'answer' | 'error' | 'refusal' | 'lost' | 'both' | 'twice';
  const fate = fc.constantFrom<Fate>('answer', 'answer', 'error', 'refusal', 'lost', 'both', 'twice');
  const scenario = fc.record({
    bad: fc.array(fc.boolean(), { minLength: 1, maxLength: 25 }),
    fates: fc.infiniteStream(fate),
    partRows: fc.integer({ min: 1, max: 9 }),
    minRecords: fc.constantFrom(1, 4),
  });

  const linesOf = (ordinal: number, attempt: number, what: Fate): string[] => {
    const answer = answerLine(prefix, ordinal, `answer ${ordinal}.${attempt}`);
    const error = errorLine(prefix, ordinal, 503, `error ${ordinal}.${attempt}`);
    return {
      answer: [answer],
      error: [error],
      refusal: [errorLine(prefix, ordinal, 400)],
      lost: [],
      both: [error, answer],
      twice: [answer, answer],
    }[what];
  };

  test('ends with exactly one outcome for each row, and no record with a success is sent again', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ bad, fates, partRows, minRecords }) => {
        const source = bad.map((isBad, i) => (isBad ? `${i},${i}\n` : `${i}\n`)).join('');
        const made = await datasetWorld({ format: 'csv', bytes: bytesOf(`id\n${source}`), partRows });
        const { document } = made;
        const limits = { ...document.model.limits, minRecords };
        const world = { ...made, document: { ...document, partRecords: partRows, model: { ...document.model, limits } } };
        /** What a plain model of the run says. */
        const expected = new Map<number, string>();
        let all = world.parts.map((part): PartBody => ({ ...part, state: part.records === 0 ? 'collected' : 'ready' }));
        let open = bad.flatMap((isBad, ordinal) => (isBad ? [] : [ordinal]));
        for (let attempt = 1; attempt <= 3 && open.length > 0; attempt++) {
          const sent = open;
          open = [];
          const lines = new Map(
            sent.map((ordinal) => {
              const what = fates.next().value as Fate;
              if (what === 'refusal') expected.set(ordinal, 'failed 400');
              else if (what === 'error' || what === 'lost') {
                expected.set(ordinal, what === 'error' ? 'failed 503' : 'failed no_output');
                open.push(ordinal);
              } else expected.set(ordinal, `succeeded answer ${ordinal}.${attempt}`);
              return [ordinal, linesOf(ordinal, attempt, what)];
            }),
          );
          const seen: number[] = [];
          const collected: PartBody[] = [];
          for (const part of all.filter((each) => each.attempt === attempt)) {
            const own = sent.filter((ordinal) => ordinal >= part.firstOrdinal && ordinal <= part.lastOrdinal);
            seen.push(...own);
            collected.push(
              part.records === 0
                ? part
                : await collect(
                    world,
                    part,
                    own.reverse().flatMap((ordinal) => lines.get(ordinal)!),
                  ),
            );
          }
          expect(seen.toSorted((a, b) => a - b)).toEqual(sent);
          all = [...all.filter((part) => part.attempt !== attempt), ...collected];
          const facts =
            attempt < 3
              ? await writeRetryParts(world.ports, { document: world.document, attempt, maxAttempts: 3, parts: all })
              : [];
          expect(facts.reduce((sum, part) => sum + part.records, 0)).toBe(attempt < 3 ? open.length : 0);
          all.push(...facts.map((part): PartBody => ({ ...part, state: 'ready' })));
        }
        const attempt = Math.max(...all.map((part) => part.attempt));
        const { rows, counts } = await exported(world, all, { attempt, state: 'ended' });
        expect(rows.map((row) => row['id'])).toEqual(bad.map((_, i) => String(i)));
        expect(rows.map((row) => row['record_id'])).toEqual(bad.map((_, i) => recordId(prefix, i)));
        expect(rows.map((row) => `${row['status']} ${row['response'] ?? row['error_code']}`)).toEqual(
          bad.map((isBad, i) => (isBad ? 'rejected ragged_row' : expected.get(i))),
        );
        expect(counts.succeeded + counts.failed + counts.rejected).toBe(bad.length);
      }),
      { numRuns: 150 },
    );
  });
});
