import { Buffer } from 'node:buffer';
import { openCsv } from '@batchrock/formats';
import {
  beginLife,
  bytesSource,
  type Fault,
  MEMORY_LANE,
  MemoryLedger,
  type MemoryPorts,
  memoryPorts,
  type PortCall,
  plainDocument,
  putMemoryRun,
} from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../model/index.ts';
import type { ReadPosition, RowReader } from '../ports/index.ts';
import {
  driveRun,
  ensureLane,
  jobSpec,
  loadDocument,
  loadLane,
  loadParts,
  loadRun,
  objectKeys,
  prepareRun,
  type RunBody,
  type RunDocument,
  readOwner,
  resumeRun,
  retryRun,
  runCounts,
  setBudget,
  stopRun,
  sweepLane,
  unseenFor,
} from '../run/index.ts';
import { adoptRun } from './adopt-run.ts';

const RUN = 'r-0000000001';
const POLL_MS = 60_000;
const OLD = { id: 'old', name: 'ledger.db on an old machine' };
const NEW = { id: 'new', name: 'ledger.db on a new machine' };

/** A row that is never sent, and rows enough for three parts. */
const CSV = `id,text\n${Array.from({ length: 11 }, (_, i) => (i === 5 ? 'bad,row,of three\n' : `${i},text ${i}\n`)).join('')}`;

/** Jobs that end in every way; two records go out again. The service remembers no token for longer than it must. */
function newPorts(): MemoryPorts {
  return memoryPorts({
    listLagMs: 90_000,
    tokenMs: 60_000,
    script: ({ inputUri }) => {
      const part = Number(/(\d{5})-(\d)\/$/.exec(inputUri)?.[1]);
      const isFirst = inputUri.endsWith('-1/');
      return {
        durationMs: 200_000 + 70_000 * part,
        outputDelayMs: 20_000,
        end: isFirst && part === 1 ? 'PartiallyCompleted' : isFirst && part === 2 ? 'Failed' : 'Completed',
        record: (id) => (id === 'aa000000100' && isFirst ? { errorCode: 503 } : 'succeeded'),
      };
    },
  });
}

function documentFor(ports: MemoryPorts): RunDocument {
  const plain = plainDocument({ recordPrefix: 'aa', partRecords: 4, model: { limits: { ...DEFAULT_LIMITS, minRecords: 2 } } });
  return {
    ...plain,
    source: { ...plain.source, bytes: CSV.length },
    request: { prompt: '{text}', params: { max_tokens: 9 } },
    job: { ...plain.job, storeUri: ports.objects.uri },
  };
}

async function start(
  ports: MemoryPorts | ReturnType<typeof beginLife>['ports'],
  document: RunDocument,
  owner = OLD,
): Promise<RunBody> {
  const { dialect } = document.source;
  const openRows = (from?: ReadPosition): Promise<RowReader> =>
    openCsv(bytesSource(Buffer.from(CSV).subarray(from?.byte ?? 0)), {
      name: 'rows',
      blockBytes: 64,
      ...(from && { from }),
      ...(dialect.format === 'csv' && { dialect }),
    });
  await prepareRun(ports, { document, openRows, owner });
  await ensureLane(ports, MEMORY_LANE, 2);
  await setBudget(ports, RUN, { ceilingUsd: 5, recordUsd: 0.01 });
  return driveRun(ports, RUN, { pollMs: POLL_MS });
}

/** The same world with an empty ledger: what is left when a machine dies. */
function withoutLedger(ports: MemoryPorts): MemoryPorts {
  return { ...ports, ledger: new MemoryLedger() };
}

function finalBytes(ports: MemoryPorts): string {
  const keys = ports.objects.keys(`runs/${RUN}/`).filter((key) => !key.includes('/output/') && !key.endsWith('owner.json'));
  return keys.map((key) => `${key}\n${ports.objects.text(key)}`).join('\n');
}

async function checkEnd(ports: MemoryPorts, expected: string): Promise<void> {
  expect(finalBytes(ports)).toBe(expected);
  const names = ports.service.jobs.map((job) => job.spec.jobName);
  expect(names).toHaveLength(new Set(names).size);
  expect((await loadLane(ports.ledger, MEMORY_LANE)).body.holders).toEqual([]);
  const { body: run } = await loadRun(ports.ledger, RUN);
  expect(run.state).toBe('ended');
  const counts = runCounts(run, await loadParts(ports.ledger, run));
  expect(counts).toMatchObject({ rows: 11, succeeded: 10, failed: 0, rejected: 1, pending: 0 });
  // a job that failed was never begun, and nothing came back of half of another: neither was paid for
  expect(run.budget).toMatchObject({ ceilingUsd: 5, recordUsd: 0.01, openRecords: 0 });
}

/** The first machine until it dies at a moment, then the second one with an empty ledger. The calls of both. */
async function dieAndAdopt(ports: MemoryPorts, fault?: Fault) {
  const document = documentFor(ports);
  const first = beginLife(ports, fault);
  const isDead = await Promise.race([start(first.ports, document).then(() => false), first.crashed.then(() => true)]);
  const second = withoutLedger(ports);
  if (!isDead) return { calls: first.calls, second: ports };
  await goOn(second, document);
  return { calls: first.calls, second };
}

async function goOn(ports: MemoryPorts, document: RunDocument): Promise<void> {
  try {
    await adoptRun(ports, RUN, { owner: NEW });
  } catch (error) {
    // nothing was sent: its command is given again
    expect(error).toMatchObject({ code: 'BR-E0214' });
    expect(ports.service.jobs).toEqual([]);
    await start(ports, document, NEW);
    return;
  }
  await resume(ports);
}

async function resume(ports: MemoryPorts): Promise<RunBody> {
  await setBudget(ports, RUN, { ceilingUsd: 5, recordUsd: 0.01 });
  const { body: run } = await loadRun(ports.ledger, RUN);
  if (run.state !== 'ended') await resumeRun(ports, RUN);
  return driveRun(ports, RUN, { pollMs: POLL_MS });
}

/** The moments behind each call that changes anything: whoever dies behind a read leaves what the call before it left. */
function momentsOf(calls: readonly PortCall[]): readonly number[] {
  const isEffect = ({ call, moment }: PortCall): boolean =>
    moment === 'after' && ['commit', 'create', 'remove', 'stop'].includes(call);
  return calls.flatMap((call, at) => (isEffect(call) ? [at] : []));
}

describe('a run whose machine dies for good at every moment', () => {
  it('is adopted by another one, ends in the same bytes, and no part has two jobs', async () => {
    const calm = newPorts();
    const { calls } = await dieAndAdopt(calm);
    const expected = finalBytes(calm);
    await checkEnd(calm, expected);
    expect(momentsOf(calls).length).toBeGreaterThan(60);
    for (const at of momentsOf(calls)) {
      const { second } = await dieAndAdopt(newPorts(), { at, kind: 'crash' });
      await checkEnd(second, expected).catch((cause: unknown) => {
        throw new Error(`died at ${at}: ${JSON.stringify(calls[at])}`, { cause });
      });
    }
  });

  it('survives that the adoption itself dies at every moment', async () => {
    const calm = newPorts();
    await dieAndAdopt(calm);
    const expected = finalBytes(calm);
    // the first machine dies with its second generation under way
    const { calls } = await dieAndAdopt(newPorts());
    const at = momentsOf(calls).at(-12) ?? 0;
    const adopt = async (fault?: Fault) => {
      const ports = newPorts();
      const first = beginLife(ports, { at, kind: 'crash' });
      await Promise.race([start(first.ports, documentFor(ports)), first.crashed]);
      const second = withoutLedger(ports);
      const life = beginLife(second, fault);
      await Promise.race([adoptRun(life.ports, RUN, { owner: NEW }), life.crashed]);
      // the command is given again; once the run is in the ledger, it is resumed
      await adoptRun(second, RUN, { owner: NEW }).catch((error: unknown) => expect(error).toMatchObject({ code: 'BR-E0207' }));
      await resume(second);
      return { second, calls: life.calls };
    };
    const undisturbed = await adopt();
    await checkEnd(undisturbed.second, expected);
    expect(momentsOf(undisturbed.calls).length).toBeGreaterThan(8);
    for (const moment of momentsOf(undisturbed.calls)) {
      const { second } = await adopt({ at: moment, kind: 'crash' });
      await checkEnd(second, expected).catch((cause: unknown) => {
        throw new Error(`died at ${moment}: ${JSON.stringify(undisturbed.calls[moment])}`, { cause });
      });
    }
  });
});

/** A run of plain parts until some moment, by its first ledger. */
async function until(ports: MemoryPorts, isReached: () => boolean, parts = [4, 4, 4]): Promise<RunDocument> {
  const document = await putMemoryRun(ports, { parts, slots: 2 });
  const life = beginLife(ports);
  const stop = new AbortController();
  const driving = driveRun(life.ports, RUN, { pollMs: POLL_MS, signal: stop.signal }).catch(() => undefined);
  while (!isReached()) await ports.clock.sleep(5_000);
  stop.abort();
  await driving;
  return document;
}

describe('a job that nobody has seen yet', () => {
  /** The first machine dies just before it sends a Create, and the Create arrives later all the same. */
  async function withLateCreate(lateMs: number) {
    const ports = newPorts();
    const document = documentFor(ports);
    const probe = beginLife(newPorts());
    await start(probe.ports, document);
    const at = probe.calls.findIndex(({ call, port, moment }) => port === 'service' && call === 'create' && moment === 'before');
    const first = beginLife(ports, { at, kind: 'crash' });
    await Promise.race([start(first.ports, document), first.crashed]);
    const [part] = await loadParts(ports.ledger, (await loadRun(ports.ledger, RUN)).body);
    const late = ports.clock
      .sleep(lateMs)
      .then(() => ports.service.create(jobSpec(document, part!), { notAfter: Number.POSITIVE_INFINITY }));
    const second = withoutLedger(ports);
    await adoptRun(second, RUN, { owner: NEW });
    return { second, late };
  }

  it('is waited for before anything is sent, and found then', async () => {
    const { second, late } = await withLateCreate(350_000);
    const begun = second.clock.now();
    const { body: run } = await loadRun(second.ledger, RUN);
    expect(run.unseenUntil).toBe(begun + unseenFor(second.service.facts));
    await resume(second);
    await late;
    const names = second.service.jobs.map((job) => job.spec.jobName);
    expect(names).toHaveLength(new Set(names).size);
    const sent = second.service.jobs.slice(1).map((job) => job.createdAt);
    expect(Math.min(...sent)).toBeGreaterThanOrEqual(begun + unseenFor(second.service.facts));
  });

  it('keeps nothing waiting when every part has its job', async () => {
    const ports = newPorts();
    await until(ports, () => ports.service.jobs.length >= 2, [4, 4]);
    await ports.clock.sleep(90_000);
    const { run, parts } = await adoptRun(withoutLedger(ports), RUN);
    expect(run.unseenUntil).toBeUndefined();
    expect(parts.map((part) => part.state)).toEqual(['submitted', 'submitted']);
  });
});

describe('two ledgers that drive one run', () => {
  it('pay for no part twice: the former one sends nothing more once another has taken over, and says so', async () => {
    const ports = newPorts();
    const document = documentFor(ports);
    const driving = start(ports, document);
    while (ports.service.jobs.length < 2) await ports.clock.sleep(5_000);
    const second = withoutLedger(ports);
    const { formerOwner } = await adoptRun(second, RUN, { owner: NEW });
    expect(formerOwner).toMatchObject(OLD);
    const [former, latter] = await Promise.all([driving, resume(second)]);
    expect(latter.state).toBe('ended');
    expect(former).toMatchObject({ state: 'running', blocked: { code: 'BR-E0213' } });
    expect(former.blocked?.message).toContain(NEW.name);
    const names = ports.service.jobs.map((job) => job.spec.jobName);
    expect(names).toHaveLength(new Set(names).size);
    expect((await readOwner(ports, RUN))?.id).toBe('new');
    // to ask again changes nothing
    await resumeRun(ports, RUN);
    expect(await driveRun(ports, RUN, { pollMs: POLL_MS })).toMatchObject({ state: 'running', blocked: { code: 'BR-E0213' } });
    expect(ports.service.jobs).toHaveLength(names.length);
  });
});

describe('what was asked of a run', () => {
  it('survives its ledger: a stop, its ceiling, a retry with its selection, attempts that were added', async () => {
    const ports = newPorts();
    await until(ports, () => ports.service.jobs.length >= 2);
    await setBudget(ports, RUN, { ceilingUsd: 3, recordUsd: 0.25 });
    await stopRun(ports, RUN, 'stop');
    const stopped = withoutLedger(ports);
    const { run } = await adoptRun(stopped, RUN);
    expect(run).toMatchObject({ state: 'stopping', stopMode: 'stop', budget: { ceilingUsd: 3, recordUsd: 0.25 } });
    const atRest = await driveRun(stopped, RUN, { pollMs: POLL_MS });
    expect(atRest.state).toBe('stopped');
    expect(stopped.service.jobs).toHaveLength(2);
    await resumeRun(stopped, RUN);
    await setBudget(stopped, RUN, { ceilingUsd: 99 });
    expect((await driveRun(stopped, RUN, { pollMs: POLL_MS })).state).toBe('ended');
    await retryRun(stopped, RUN, { codes: ['503'], extraAttempts: 4 });
    const retried = (await adoptRun(withoutLedger(ports), RUN)).run;
    const { attempt } = retried;
    expect(retried).toMatchObject({ state: 'running', maxAttempts: attempt + 4, retrySelection: { codes: ['503'] } });
    expect(retried.budget).toMatchObject({ ceilingUsd: 99 });
  });

  it('is not begun anew: a run that has ended has ended, with its cost', async () => {
    const ports = newPorts();
    await start(ports, documentFor(ports));
    const { body: before } = await loadRun(ports.ledger, RUN);
    const second = withoutLedger(ports);
    const { run } = await adoptRun(second, RUN);
    expect(run).toMatchObject({ state: 'ended', attempt: before.attempt, rows: 11, rejected: 1, budget: before.budget });
    expect((await driveRun(second, RUN, { pollMs: POLL_MS })).state).toBe('ended');
  });
});

describe('adopting is refused', () => {
  it('when the ledger has the run', async () => {
    const ports = newPorts();
    await putMemoryRun(ports, { parts: [4] });
    await expect(adoptRun(ports, RUN)).rejects.toMatchObject({
      code: 'BR-E0207',
      message: `run ${RUN} is in this ledger already`,
    });
  });

  it('where there is no such run, where it was never prepared to its end, and for a copy of it', async () => {
    const ports = newPorts();
    await expect(adoptRun(ports, RUN)).rejects.toMatchObject({ code: 'BR-E0214', message: /there is no run/ });
    const document = await putMemoryRun(ports, { parts: [4] });
    const second = withoutLedger(ports);
    await ports.objects.remove([objectKeys.prepared(RUN)]);
    await expect(adoptRun(second, RUN)).rejects.toMatchObject({ message: /nothing of it was ever sent/ });
    const elsewhere = { ...document, job: { ...document.job, storeUri: 's3://elsewhere' } };
    ports.objects.put(objectKeys.document(RUN), JSON.stringify(elsewhere));
    await expect(adoptRun(withoutLedger(ports), RUN)).rejects.toMatchObject({
      hint: `batchrock adopt s3://elsewhere/runs/${RUN}`,
    });
    expect(second.ledger.items()).toEqual([]);
  });

  it('when names and tokens are not those of the document: a job that exists would be made again', async () => {
    const ports = newPorts();
    await putMemoryRun(ports, { parts: [4] });
    const key = objectKeys.parts(RUN);
    ports.objects.put(key, (ports.objects.text(key) ?? '').replace(/"xxh128":"[0-9a-f]{2}/, '"xxh128":"zz'));
    await expect(adoptRun(withoutLedger(ports), RUN)).rejects.toMatchObject({ code: 'BR-E0208' });
  });
});

describe('what the service knows of the jobs', () => {
  it('may be gone: outcomes that are there are kept, and not paid for again', async () => {
    const ports = newPorts();
    await until(ports, () => ports.objects.keys(`runs/${RUN}/outcomes/`).length >= 1);
    const [first] = ports.service.jobs;
    const hidden = ports.service.jobs.splice(0, 1);
    const second = withoutLedger(ports);
    await adoptRun(second, RUN);
    await second.clock.sleep(unseenFor(second.service.facts));
    await sweepLane(second, MEMORY_LANE);
    expect((await driveRun(second, RUN, { pollMs: POLL_MS })).state).toBe('ended');
    expect(hidden).toEqual([first]);
    expect(second.service.jobs.map((job) => job.spec.jobName)).not.toContain(first?.spec.jobName);
  });

  it('may be more than one job of a name: the first counts, and the other is stopped', async () => {
    const ports = newPorts();
    const document = await until(ports, () => ports.service.jobs.length >= 2);
    const [job] = ports.service.jobs;
    await ports.clock.sleep(65_000);
    await ports.service.create({ ...job!.spec }, { notAfter: Number.POSITIVE_INFINITY });
    await ports.clock.sleep(91_000);
    const second = withoutLedger(ports);
    const { parts } = await adoptRun(second, document.run);
    expect(parts.find((part) => part.jobName === job?.spec.jobName)?.jobArn).toBe(job?.jobArn);
    await sweepLane(second, MEMORY_LANE);
    expect(ports.service.jobs.filter(({ spec }) => spec.jobName === job?.spec.jobName)[1]?.stoppedAt).toBeDefined();
    expect(job?.stoppedAt).toBeUndefined();
    expect((await loadDocument(second, RUN)).run).toBe(RUN);
  });
});
