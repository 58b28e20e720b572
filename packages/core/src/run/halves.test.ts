import { beginLife, type Fault, type JobScript, type MemoryPorts, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText, OutcomeStatus, recordId } from '../record/index.ts';
import { driveRun } from './drive.ts';
import { loadParts, loadRun } from './load.ts';
import { OutcomeMerge } from './outcome-merge.ts';
import { retryRun } from './resume.ts';

const RUN = 'r-0000000001';
const SAID = 'Malformed input request: #: extraneous key [x] is not permitted';
const POLL_MS = 60_000;

interface World {
  readonly parts: readonly number[];
  /** Rows with which no job passes. */
  readonly breaking: readonly number[];
  readonly maxAttempts?: number;
  readonly message?: string;
  /** What becomes of a record in a job that passes. */
  readonly record?: NonNullable<JobScript['record']>;
}

async function newRun({ parts, breaking, maxAttempts, message = SAID, record }: World): Promise<MemoryPorts> {
  const ids = breaking.map((row) => recordId('aa', row));
  const ports: MemoryPorts = memoryPorts({
    script: ({ inputUri }) => {
      const input = ports.objects.text(`${inputUri.replace(`${ports.objects.uri}/`, '')}000.jsonl`) ?? '';
      if (ids.some((id) => input.includes(id))) return { end: 'Failed', message, record: () => 'missing' };
      return { ...(record && { record }) };
    },
  });
  await putMemoryRun(ports, { parts, ...(maxAttempts !== undefined && { maxAttempts }) });
  return ports;
}

/** What each row has come to: its code, or nothing for an answer; and what was said of those that broke their jobs. */
async function outcomesOf(ports: MemoryPorts) {
  const { body: run } = await loadRun(ports.ledger, RUN);
  const parts = await loadParts(ports.ledger, run);
  const merge = new OutcomeMerge(ports, { run: RUN, attempt: run.attempt, isOver: run.state === 'ended', parts });
  const codes: string[] = [];
  const said = new Set<string>();
  for (let ordinal = 0; ordinal < run.rows!; ordinal++) {
    while (!merge.seek(ordinal)) await merge.fill();
    const outcome = merge.outcome!;
    const isAnswered = outcome.status === OutcomeStatus.succeeded;
    const code = isAnswered ? '' : jsonText(outcome.bytes, outcome.codeStart, outcome.codeEnd);
    if (code === 'job_failed') said.add(jsonText(outcome.bytes, outcome.messageStart, outcome.messageEnd));
    codes.push(code);
  }
  await merge.close();
  return { run, parts, codes, said: [...said], jobs: ports.service.jobs.length };
}

async function drive(ports: MemoryPorts) {
  await driveRun(ports, RUN, { pollMs: POLL_MS });
  return outcomesOf(ports);
}

const expectedCodes = (rows: number, breaking: readonly number[]): string[] =>
  Array.from({ length: rows }, (_, row) => (breaking.includes(row) ? 'job_failed' : ''));

/** How often each row was in a job that may have processed it. */
function timesSent(ports: MemoryPorts, row: number): number {
  const id = recordId('aa', row);
  return ports.service.jobs.filter(({ spec, script }) => {
    const input = ports.objects.text(`${spec.inputUri.replace(`${ports.objects.uri}/`, '')}000.jsonl`) ?? '';
    return script.end !== 'Failed' && input.includes(id);
  }).length;
}

describe('a record that breaks its job', () => {
  it('is found by halves, alone, and told in the words of the job; every other row has its answer, paid for once', async () => {
    const ports = await newRun({ parts: [100, 100, 100], breaking: [117, 250] });
    const { run, codes, said, jobs } = await drive(ports);
    expect(codes).toEqual(expectedCodes(300, [117, 250]));
    expect(said).toEqual([SAID]);
    expect(run).toMatchObject({ state: 'ended', attempt: 10, maxAttempts: 3 });
    expect(jobs).toBeLessThanOrEqual(3 + 2 * (2 * 7 + 2));
    for (const row of [0, 116, 118, 299]) expect(timesSent(ports, row)).toBe(1);
  });

  it('takes no row with it and costs no more jobs than the bound, wherever up to four of them stand', async () => {
    const world = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }).chain((parts) => {
      const rows = parts.reduce((sum, part) => sum + part, 0);
      const breaking = fc.uniqueArray(fc.nat(rows - 1), { maxLength: 4 });
      return fc.record({ parts: fc.constant(parts), breaking, maxAttempts: fc.integer({ min: 1, max: 3 }) });
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ parts, breaking, maxAttempts }) => {
        const { run, codes, jobs } = await drive(await newRun({ parts, breaking, maxAttempts }));
        const depth = Math.ceil(Math.log2(Math.max(...parts)));
        expect(codes).toEqual(expectedCodes(codes.length, breaking));
        expect(jobs).toBeLessThanOrEqual(parts.length + breaking.length * (2 * depth + maxAttempts - 1));
        expect(run.attempt).toBeLessThanOrEqual(depth + maxAttempts);
      }),
      { numRuns: 60 },
    );
  });

  it('uses none of the attempts of what stood beside it, and none more than it has alone', async () => {
    const refused = new Set([recordId('aa', 3), recordId('aa', 30), recordId('aa', 90)]);
    const record: World['record'] = (id) => (refused.has(id) ? { errorCode: 503 } : 'succeeded');
    const ports = await newRun({ parts: [40, 40, 40], breaking: [7], record });
    const { codes } = await drive(ports);
    expect(codes.flatMap((code, row) => (code === '' ? [] : [[row, code]]))).toEqual([
      [3, '503'],
      [7, 'job_failed'],
      [30, '503'],
      [90, '503'],
    ]);
    for (const row of [3, 30, 90]) expect(timesSent(ports, row), `row ${row}`).toBe(3);
    const alone = ports.service.jobs.filter(({ spec, script }) => script.end === 'Failed' && sizeOf(ports, spec.inputUri) === 1);
    expect(alone).toHaveLength(3);
  });

  it('is left out by a retry that does not name it, and found anew by one that does', async () => {
    const ports = await newRun({ parts: [20], breaking: [5] });
    await drive(ports);
    await retryRun(ports, RUN);
    const before = await drive(ports);
    expect(before.codes).toEqual(expectedCodes(20, [5]));
    await retryRun(ports, RUN, { codes: ['job_failed'] });
    const after = await drive(ports);
    expect(after.codes).toEqual(expectedCodes(20, [5]));
    expect(after.jobs).toBe(before.jobs + 1);
  });
});

function sizeOf(ports: MemoryPorts, inputUri: string): number {
  const input = ports.objects.text(`${inputUri.replace(`${ports.objects.uri}/`, '')}000.jsonl`) ?? '';
  return input.split('\n').length - 1;
}

describe('what is no record', () => {
  const all = (rows: number): number[] => Array.from({ length: rows }, (_, row) => row);

  it('breaks every part: they are sent again as they are, as often as attempts allow', async () => {
    const { run, parts, codes, jobs } = await drive(await newRun({ parts: [9, 9, 9, 9, 9], breaking: all(45) }));
    expect(new Set(codes)).toEqual(new Set(['no_output']));
    expect(parts.some(({ pieceOf }) => pieceOf?.endsWith('-1') === true)).toBe(false);
    expect(run.attempt).toBeLessThanOrEqual(3 + 4);
    expect(jobs).toBeLessThanOrEqual(5 + 2 * 15);
  });

  it('breaks the only part, and is looked for in no more than fifteen jobs', async () => {
    const { run, codes, jobs } = await drive(await newRun({ parts: [90], breaking: all(90) }));
    expect(new Set(codes)).toEqual(new Set(['no_output']));
    expect({ attempt: run.attempt, jobs }).toEqual({ attempt: 4, jobs: 15 });
  });

  it('is said by the job: its records are pooled, and each attempt counts', async () => {
    const message = 'The job failed because of an internal error. Try again.';
    const { run, parts, jobs } = await drive(await newRun({ parts: [10, 10], breaking: [3], message }));
    expect(parts.every(({ pieceOf, used }) => pieceOf === undefined && used === undefined)).toBe(true);
    expect({ attempt: run.attempt, jobs }).toEqual({ attempt: 3, jobs: 4 });
  });
});

it('a search whose process dies at any moment makes the same parts and ends in the same bytes', async () => {
  const newWorld = () =>
    newRun({ parts: [6, 6], breaking: [4], record: (id) => (id === recordId('aa', 8) ? { errorCode: 503 } : 'succeeded') });
  const through = async (ports: MemoryPorts, fault?: Fault) => {
    const first = beginLife(ports, fault);
    const driving = driveRun(first.ports, RUN, { pollMs: POLL_MS }).then(() => false);
    if (await Promise.race([driving, first.crashed.then(() => true)]))
      await driveRun(beginLife(ports).ports, RUN, { pollMs: POLL_MS });
    return first.calls;
  };
  const bytes = (ports: MemoryPorts) =>
    ports.objects
      .keys(`runs/${RUN}/`)
      .filter((key) => !key.includes('/output/'))
      .map((key) => `${key}\n${ports.objects.text(key)}`)
      .join('\n');
  const calm = await newWorld();
  const calls = await through(calm);
  const expected = bytes(calm);
  expect(expected).toContain('"pieceOf":"00000-1"');
  for (let at = 1; at < calls.length; at += 29) {
    const ports = await newWorld();
    await through(ports, { at, kind: 'crash' });
    expect(bytes(ports) === expected, `killed at ${at}: ${JSON.stringify(calls[at])}`).toBe(true);
    expect(ports.service.jobs).toHaveLength(calm.service.jobs.length);
  }
});
