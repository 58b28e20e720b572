import { adoptRun, loadRun, retryRun, stopRun } from '@batchrock/core';
import { MemoryLedger, otherStore } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { findHome } from '../home/index.ts';
import { EXECUTION, INPUT, Orchestrator, openDeadline } from '../testing/orchestrator.ts';
import { prepareOrContinue } from './continue-run.ts';
import type { PrepareAnswer } from './prepare.ts';

const SECOND = EXECUTION.replace(/first$/, 'second');

function goOn(world: Orchestrator, input: object): Promise<PrepareAnswer> {
  const payload = { execution: SECOND, started: '2026-01-02T00:00:00Z', input };
  return prepareOrContinue(world.engine, payload, openDeadline());
}

async function ended(): Promise<{ readonly world: Orchestrator; readonly run: string }> {
  const world = new Orchestrator();
  const { run } = await world.prepare();
  await world.follow(run);
  await world.untilTold();
  return { world, run };
}

describe('an execution that names a run', () => {
  it('goes on with one that was stopped, exports it where it went before, and asks for it from then on', async () => {
    const world = new Orchestrator();
    const { run, parts, rows } = await world.prepare();
    await world.follow(run);
    await stopRun(world.ports, run, 'stop');
    expect(await world.untilTold()).toMatchObject({ kind: 'failure', error: 'Stopped' });
    expect(await goOn(world, { run })).toEqual({ run, done: true, parts, rows, rejected: 0, job_name_prefix: 'jokes' });
    expect(await findHome(world.ports, run)).toMatchObject({ execution: SECOND, resultsFormat: 'csv', isOpen: true });
    await world.follow(run, 'second');
    expect(await world.untilTold('second')).toMatchObject({ kind: 'success' });
    expect(await world.export(run)).toMatchObject({ status: 'Completed', counts: { succeeded: 250 } });
    expect(JSON.parse(world.ports.objects.text('batch_output_parquet/jokes/run.json') ?? '')).toMatchObject({
      execution: SECOND,
    });
  });

  it('sends failed rows of one that has ended again, once a retry was asked for', async () => {
    const world = new Orchestrator({
      script: () => ({ record: (id) => (id.endsWith('300') ? { errorCode: 400 } : 'succeeded') }),
    });
    const { run } = await world.prepare();
    await world.follow(run);
    await world.untilTold();
    const before = world.ports.service.jobs.length;
    await retryRun(world.ports, run, { all: true });
    await goOn(world, { run });
    await world.follow(run, 'second');
    expect(await world.untilTold('second')).toMatchObject({ kind: 'success' });
    expect(world.ports.service.jobs.length).toBeGreaterThan(before);
  });

  it('takes up one that another ledger began, into a folder that it names', async () => {
    const { world, run } = await ended();
    const account = new Orchestrator();
    Object.assign(account.ports, { objects: world.ports.objects, service: world.ports.service, ledger: new MemoryLedger() });
    await adoptRun(account.ports, run, { owner: { id: 'account', name: 'a table' } });
    await expect(goOn(account, { run })).rejects.toMatchObject({ code: 'BR-E0112', message: /job_name_prefix is missing/ });
    expect(await goOn(account, { run, job_name_prefix: 'moved/1', results_format: 'parquet' })).toMatchObject({ done: true });
    await account.follow(run);
    expect(account.tasks.get('token')).toMatchObject({ kind: 'success' });
    const { output_paths: paths } = (await account.export(run)) as { readonly output_paths?: readonly object[] };
    expect(paths?.[0]).toEqual({ output_path: 's3://memory-bucket/prefix/batch_output_parquet/moved/1/0000.parquet' });
  });

  it('is refused for a run that is not there, that was not prepared, or whose folder is another run’s', async () => {
    const { world, run } = await ended();
    await expect(goOn(world, { run: 'r-0000000000' })).rejects.toMatchObject({ code: 'BR-E0201' });
    const other = await world.prepare(
      { ...INPUT, prompt: 'Another {text}', job_name_prefix: 'other' },
      { execution: 'arn:other' },
    );
    await expect(goOn(world, { run, job_name_prefix: 'other' })).rejects.toMatchObject({ code: 'BR-E0111' });
    const elsewhere = { ...world.engine, ports: otherStore(world.ports, 's3://another-stack') };
    const payload = { execution: SECOND, started: 'now', input: { run } };
    await expect(prepareOrContinue(elsewhere, payload, openDeadline())).rejects.toMatchObject({ code: 'BR-E0201' });
    const { body, version } = await loadRun(world.ports.ledger, other.run);
    const put = { key: `RUN#${other.run}`, schema: 'run/1', body: { ...body, state: 'preparing' }, indexes: [] };
    await world.ports.ledger.commit([{ put, expect: version }]);
    await expect(goOn(world, { run: other.run })).rejects.toMatchObject({ code: 'BR-E0207' });
  });

  it.each([
    [{ run: 7 }, 'BR-E0120'],
    [{ run: 'r-0000000000', prompt: 'x' }, 'BR-E0112'],
    [{ run: 'r-0000000000', job_name_prefix: '../x' }, 'BR-E0120'],
    [{ run: 'r-0000000000', job_name_prefix: 7 }, 'BR-E0120'],
    [{ run: 'r-0000000000', results_format: 'xml' }, 'BR-E0120'],
  ])('%j is refused by %s', async (input, code) => {
    await expect((async () => goOn(new Orchestrator(), input))()).rejects.toMatchObject({ code });
  });

  it('is another matter than one that asks a question', async () => {
    const world = new Orchestrator();
    expect(await goOn(world, { ...INPUT, run: null })).toMatchObject({ done: true, rows: 250 });
  });
});
