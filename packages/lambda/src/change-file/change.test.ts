import { findRun } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { HAIKU, QUEUE_BUCKET, Queue, records } from '../testing/queue.ts';

const KEY = 'to-process/a.jsonl';

/** A file of three parts of which one can be sent at once. */
async function oneSlot(): Promise<Queue> {
  const world = new Queue();
  world.settings = { ...world.settings, maxJobs: 1 };
  await world.put('a.jsonl', records(300));
  expect(world.ports.service.jobs).toHaveLength(1);
  return world;
}

describe('a file that is paused', () => {
  it('sends nothing new, keeps what was answered and goes on when it is resumed', async () => {
    const world = await oneSlot();
    expect(await world.change({ do: 'pause', file: KEY })).toMatchObject({ status: 'Paused' });
    await world.pass(3);
    await world.sweep();
    expect(world.ports.service.jobs).toHaveLength(1);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Paused' });
    expect(await world.change({ do: 'resume', file: KEY })).toMatchObject({ status: 'InProgress' });
    expect(world.ports.service.jobs).toHaveLength(2);
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', counts: { succeeded: 300 } });
    expect(world.ports.service.jobs).toHaveLength(3);
  });

  it('before it is prepared is prepared when it is resumed', async () => {
    const world = new Queue();
    world.inbox.put('data', 'a.jsonl', records(120));
    const { file } = await world.change({ do: 'enqueue', bucket: 'data', key: 'a.jsonl' });
    expect(await world.change({ do: 'pause', file })).toMatchObject({ status: 'Paused' });
    await world.pass(2);
    expect(await world.fileOf(file)).toMatchObject({ status: 'Paused' });
    expect(await world.change({ do: 'resume', file })).toMatchObject({ status: 'Pending' });
    await world.pass();
    expect(await world.fileOf(file)).toMatchObject({ status: 'Completed' });
  });

  it('while it is prepared is not sent', async () => {
    const world = new Queue();
    world.inbox.put(QUEUE_BUCKET, KEY, records(120));
    let isAsked = false;
    world.ports.objects.hook = ({ call, about, moment }) => {
      if (isAsked || call !== 'create' || moment !== 'after' || !about.includes('/input/')) return;
      isAsked = true;
      return world.change({ do: 'pause', file: KEY }).then(() => undefined);
    };
    await world.tellOf('a.jsonl');
    world.ports.objects.hook = undefined;
    expect(isAsked).toBe(true);
    const { run, status } = await world.file('a.jsonl');
    expect(status).toBe('Paused');
    expect((await findRun(world.ports.ledger, run ?? ''))?.body).toMatchObject({ state: 'running', paused: expect.anything() });
    expect(world.ports.service.jobs).toEqual([]);
    await world.change({ do: 'resume', file: KEY });
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed' });
  });
});

describe('a file that is cancelled', () => {
  it('has its jobs stopped, keeps what was answered, and goes on when it is resumed', async () => {
    const world = await oneSlot();
    await world.ports.clock.advance(61_000);
    await world.kickEnded();
    await world.collectAll();
    expect(await world.change({ do: 'cancel', file: KEY })).toMatchObject({
      status: 'InProgress',
      reason: { code: 'Cancelled' },
    });
    await world.pass(2);
    expect(await world.file('a.jsonl')).toMatchObject({
      status: 'Cancelled',
      counts: { rows: 300, succeeded: expect.any(Number), pending: expect.any(Number) },
      reason: { code: 'Cancelled', message: expect.stringContaining('what was answered is kept') },
    });
    expect(world.results('processed/a/0000.jsonl.out')[0]).toHaveProperty('modelOutput');
    expect(world.notices.map(({ subject }) => subject)).toEqual(['Cancelled: a']);
    expect(await world.change({ do: 'cancel', file: KEY })).toMatchObject({ status: 'Cancelled' });
    await world.change({ do: 'resume', file: KEY });
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', counts: { succeeded: 300 } });
  });

  it('before it is prepared is at its end at once, and nothing of it is sent', async () => {
    const world = new Queue();
    world.inbox.put('data', 'a.jsonl', records(120));
    const { file } = await world.change({ do: 'enqueue', bucket: 'data', key: 'a.jsonl' });
    expect(await world.change({ do: 'cancel', file })).toMatchObject({ status: 'Cancelled' });
    await world.pass(2);
    expect(world.ports.service.jobs).toEqual([]);
    expect(world.inbox.text('data', 'a.jsonl')).toBeDefined();
  });

  it('while it is prepared is not sent either', async () => {
    const world = new Queue();
    world.inbox.put(QUEUE_BUCKET, KEY, records(120));
    let isAsked = false;
    world.ports.objects.hook = ({ call, about, moment }) => {
      if (isAsked || call !== 'create' || moment !== 'after' || !about.includes('/input/')) return;
      isAsked = true;
      return world.change({ do: 'cancel', file: KEY }).then(() => undefined);
    };
    await world.tellOf('a.jsonl');
    world.ports.objects.hook = undefined;
    const { status, run } = await world.file('a.jsonl');
    expect(status).toBe('Cancelled');
    // whoever gives out slots now gives none to it
    await world.put('b.jsonl', records(120, 'other'));
    await world.pass();
    expect(world.ports.service.jobs.map(({ spec }) => spec.inputUri.includes(run ?? ''))).toEqual([false]);
    expect(world.ports.objects.keys('processed/a')).toEqual([]);
    expect(await world.sweep()).toMatchObject({ runs: 0 });
  });
});

describe('what does not go with how a file stands', () => {
  it('is refused, and says so', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120));
    await world.pass();
    for (const what of ['pause', 'resume', 'cancel']) {
      await expect(world.change({ do: what, file: KEY })).rejects.toMatchObject({
        code: 'BR-E0207',
        message: expect.stringMatching(new RegExp(`is Completed, and ${what} does not go with that`)),
      });
    }
    await expect(world.change({ do: 'pause', file: 'nowhere' })).rejects.toMatchObject({ code: 'BR-E0201' });
    await expect(world.change({ do: 'pause', file: 'f-0000000000' })).rejects.toMatchObject({ code: 'BR-E0201' });
    await world.put('b.jsonl', 'no JSON\n');
    await expect(world.change({ do: 'retry', file: 'to-process/b.jsonl' })).rejects.toMatchObject({
      code: 'BR-E0207',
      hint: expect.stringContaining('mend it and put it there again'),
    });
  });

  it('changes nothing where it is so already', async () => {
    const world = await oneSlot();
    const before = await world.file('a.jsonl');
    const item = await world.ports.ledger.get(`FILE#${before.file}`);
    for (const what of ['resume', 'retry'])
      expect(await world.change({ do: what, file: before.file })).toMatchObject({ status: 'InProgress' });
    await world.sweep();
    expect(await world.ports.ledger.get(`FILE#${before.file}`)).toEqual(item);
    expect(await world.change({ do: 'resume', file: `s3://${QUEUE_BUCKET}/${KEY}` })).toMatchObject({ file: before.file });
  });
});

describe('a file that is enqueued', () => {
  const there = { bucket: 'data', key: 'in/a.jsonl' };

  it('has its results where they are wanted, and tells the task that waits', async () => {
    const world = new Queue();
    world.inbox.put('data', 'in/a.jsonl', records(250));
    world.tasks.set('token', 'waiting');
    const output = { bucket: 'out', prefix: 'output/job' };
    const shown = await world.change({
      do: 'enqueue',
      ...there,
      output,
      token: 'token',
      model_id: HAIKU,
      priority: 'low',
      weight: 2,
      timeout_hours: 36,
    });
    expect(shown).toMatchObject({ status: 'Pending', name: 'in/a', priority: 'low', weight: 2, timeoutHours: 36 });
    expect(JSON.stringify(shown)).not.toContain('token');
    await world.pass();
    expect(world.ports.service.jobs.map(({ spec }) => spec.timeoutHours)).toEqual([36, 36]);
    const answer = world.tasks.get('token');
    expect(answer).toMatchObject({ kind: 'success' });
    const keys = ['output/job/0000.jsonl.out', 'output/job/0001.jsonl.out'];
    expect(JSON.parse((answer as { output: string }).output)).toMatchObject({
      status: 'Completed',
      bucket: 'out',
      keys,
      file: shown.file,
      model_id: HAIKU,
      record_counts: { rows: 250, succeeded: 250 },
      results_location: { bucket: 'out', key: 'output/job/summary.json' },
    });
    expect(world.bucket('out').keys()).toEqual([...keys, 'output/job/summary.json']);
    expect(world.ports.objects.keys('processed/')).toEqual([]);
    expect(world.lines.join('')).not.toContain('"token"');
    expect(JSON.stringify(await world.fileOf(shown.file))).not.toContain('token"');
  });

  it('again is the same file: it answers at once, and pays for nothing', async () => {
    const world = new Queue();
    world.inbox.put('data', 'in/a.jsonl', records(120));
    const first = await world.change({ do: 'enqueue', ...there });
    await world.change({ do: 'enqueue', ...there });
    await world.pass();
    world.tasks.set('late', 'waiting');
    expect(await world.change({ do: 'enqueue', ...there, token: 'late' })).toMatchObject({
      file: first.file,
      status: 'Completed',
    });
    expect(world.tasks.get('late')).toMatchObject({ kind: 'success' });
    expect(world.ports.service.jobs).toHaveLength(1);
  });

  it('with its results elsewhere too is paid for once, and has them in both places', async () => {
    const world = new Queue();
    world.inbox.put('data', 'in/a.jsonl', records(120));
    const one = await world.change({ do: 'enqueue', ...there });
    const two = await world.change({ do: 'enqueue', ...there, output: { bucket: 'out' } });
    expect(two.file).not.toBe(one.file);
    await world.settle();
    expect(await world.change({ do: 'cancel', file: one.file })).toMatchObject({ status: 'Cancelled' });
    await world.pass();
    expect(await world.fileOf(two.file)).toMatchObject({ status: 'Completed' });
    expect(await world.fileOf(one.file)).toMatchObject({ status: 'Cancelled' });
    expect(world.bucket('out').keys()).toEqual(['0000.jsonl.out', 'summary.json']);
    expect(world.ports.service.jobs).toHaveLength(1);
  });

  it('that fails tells why, and is tried again when it is asked for again', async () => {
    const world = new Queue();
    world.inbox.put('data', 'in/a.jsonl', '{"modelInput":1}\n');
    world.tasks.set('token', 'waiting');
    const { file } = await world.change({ do: 'enqueue', ...there, token: 'token' });
    await world.settle();
    expect(world.tasks.get('token')).toEqual({
      kind: 'failure',
      error: 'Failed',
      cause: expect.stringMatching(/^BR-E0114: none of the 1 lines is a record/),
    });
    expect(world.inbox.text('data', 'in/a.jsonl')).toBeDefined();
    world.tasks.set('again', 'waiting');
    expect(await world.change({ do: 'enqueue', ...there, token: 'again' })).toMatchObject({ file, status: 'Pending' });
    await world.settle();
    expect(world.tasks.get('again')).toMatchObject({ kind: 'failure' });
  });

  it('that is cancelled tells that', async () => {
    const world = new Queue();
    world.inbox.put('data', 'in/a.jsonl', records(120));
    world.tasks.set('token', 'waiting');
    const { file } = await world.change({ do: 'enqueue', ...there, token: 'token' });
    await world.settle();
    await world.change({ do: 'cancel', file });
    await world.pass(2);
    expect(world.tasks.get('token')).toMatchObject({ kind: 'failure', error: 'Stopped' });
  });

  it('is refused where there is no object, and no model', async () => {
    const world = new Queue();
    await expect(world.change({ do: 'enqueue', ...there })).rejects.toMatchObject({ code: 'BR-E0101' });
    world.inbox.put('data', 'in/a.jsonl', records(120));
    await expect(world.change({ do: 'enqueue', ...there, model_id: 'amazon.nova' })).rejects.toMatchObject({ code: 'BR-E0105' });
    const { modelId: _, ...settings } = world.settings;
    world.settings = settings;
    await expect(world.change({ do: 'enqueue', ...there })).rejects.toMatchObject({ code: 'BR-E0105' });
    expect(world.ports.ledger.items()).toEqual([]);
  });
});

it('a file of another queue that shares the ledger is not there', async () => {
  const world = await oneSlot();
  const { file } = await world.file('a.jsonl');
  world.settings = { ...world.settings, bucket: 'another-queue' };
  for (const named of [file, `s3://${QUEUE_BUCKET}/${KEY}`]) {
    await expect(world.change({ do: 'cancel', file: named })).rejects.toMatchObject({ code: 'BR-E0201' });
  }
});
