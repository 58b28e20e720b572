import { InputError } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { changeHome } from '../home/index.ts';
import { csvRows, EXECUTION, INPUT, Orchestrator } from '../testing/orchestrator.ts';
import { claimFolder } from './claim.ts';

const POINTER = 'batch_output_parquet/jokes/run.json';
const claim = (run: string) => ({ run, execution: EXECUTION, jobNamePrefix: 'jokes' });

describe('the folder of results', () => {
  it('is claimed once, and again by the same run', async () => {
    const { ports } = new Orchestrator();
    await claimFolder(ports, claim('r-1'));
    const before = ports.objects.text(POINTER);
    expect(JSON.parse(before ?? '')).toEqual({
      schema: 'batchrock.results/1',
      run: 'r-1',
      execution: EXECUTION,
      job_name_prefix: 'jokes',
    });
    await claimFolder(ports, claim('r-1'));
    expect(ports.objects.text(POINTER)).toBe(before);
  });

  it('of another run is refused before anything is sent, with its name and what to do', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    world.datasets.set('s3://data/other.csv', 'id,text\n1,a\n');
    const other = { ...INPUT, s3_uri: 's3://data/other.csv' };
    await expect(world.prepare(other, { execution: 'arn:other' })).rejects.toMatchObject({
      code: 'BR-E0111',
      message: `s3://memory-bucket/prefix/batch_output_parquet/jokes/ holds the results of run ${run} (${EXECUTION})`,
      hint: 'choose another job_name_prefix, or remove the folder; nothing was sent',
    });
    expect(await world.prepare({ ...other, job_name_prefix: 'jokes/b' }, { execution: 'arn:other' })).toMatchObject({
      done: true,
    });
  });

  it('with files of others is refused, and folders below it are no files of it', async () => {
    const { ports } = new Orchestrator();
    ports.objects.put('batch_output_parquet/jokes/deeper/0000.parquet', 'x');
    await claimFolder(ports, claim('r-1'));
    ports.objects.put('batch_output_parquet/old/0000.snappy.parquet', 'x');
    await expect(claimFolder(ports, { ...claim('r-1'), jobNamePrefix: 'old' })).rejects.toMatchObject({
      code: 'BR-E0111',
      message: expect.stringContaining('holds 0000.snappy.parquet, which no run of ours wrote'),
    });
  });

  it('is free again when its run was given up, or forgotten, before it was prepared', async () => {
    const world = new Orchestrator();
    const { ports } = world;
    ports.objects.hook = ({ call, about }) => {
      if (call === 'create' && about.includes('/input/')) throw new InputError('BR-E0118', 'it was changed');
    };
    await expect(world.prepare()).rejects.toMatchObject({ code: 'BR-E0118' });
    ports.objects.hook = undefined;
    world.datasets.set('s3://data/rows.csv', 'id,text\n1,closed\n');
    world.isChanged = true;
    await expect(world.prepare()).rejects.toMatchObject({ code: 'BR-E0118' });
    world.isChanged = false;
    world.datasets.set('s3://data/rows.csv', csvRows(120));
    const { run } = await world.prepare();
    await world.follow(run);
    await world.sweep();
    // nothing of those that were given up
    expect(ports.service.jobs).toHaveLength(1);

    await claimFolder(ports, { ...claim('r-lost'), jobNamePrefix: 'lost' });
    const home = {
      run: 'r-lost',
      bucket: 'b',
      execution: 'e',
      started: 's',
      jobNamePrefix: 'lost',
      resultsFormat: 'csv',
    } as const;
    await changeHome(ports, 'r-lost', () => ({ ...home, askedAt: ports.clock.now(), waiting: [], isOpen: true }));
    await expect(claimFolder(ports, { ...claim('r-2'), jobNamePrefix: 'lost' })).rejects.toMatchObject({ code: 'BR-E0111' });
    await ports.clock.advance(61 * 60_000);
    await claimFolder(ports, { ...claim('r-2'), jobNamePrefix: 'lost' });
  });

  it('goes to one of two that claim it at once', async () => {
    const { ports } = new Orchestrator();
    const homes = {
      bucket: 'b',
      execution: 'e',
      started: 's',
      jobNamePrefix: 'jokes',
      resultsFormat: 'csv',
      waiting: [],
    } as const;
    const askedAt = ports.clock.now();
    for (const run of ['r-1', 'r-2']) await changeHome(ports, run, () => ({ ...homes, run, askedAt, isOpen: true }));
    const both = await Promise.allSettled([claimFolder(ports, claim('r-1')), claimFolder(ports, claim('r-2'))]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('that holds something unreadable is left alone', async () => {
    const { ports } = new Orchestrator();
    ports.objects.put(POINTER, 'no JSON');
    await expect(claimFolder(ports, claim('r-1'))).rejects.toMatchObject({ code: 'BR-E0205' });
    expect(ports.objects.text(POINTER)).toBe('no JSON');
  });
});
