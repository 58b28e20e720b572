import { findRun, ServiceError } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { openDeadline } from '../testing/orchestrator.ts';
import { HAIKU, putEvent, QUEUE_BUCKET, Queue, records } from '../testing/queue.ts';

const NOTHING = { batchItemFailures: [] };
const AGAIN = { batchItemFailures: [{ itemIdentifier: 'm0' }] };

describe('an event of an object', () => {
  it('that comes twice, late or again makes one file, one run and no job twice', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120));
    await world.tellOf('a.jsonl');
    await world.pass();
    expect(await world.tellOf('a.jsonl')).toEqual(NOTHING);
    await world.pass();
    expect(world.ports.service.jobs).toHaveLength(1);
    expect(world.notices).toHaveLength(1);
  });

  it.each(['to-process/folder/', 'elsewhere/a.jsonl', 'processed/a/0000.jsonl.out'])('of no file is dropped: %s', async (key) => {
    const world = new Queue();
    world.inbox.put(QUEUE_BUCKET, key, '');
    expect(await world.take(putEvent(key))).toEqual(NOTHING);
    world.inbox.put('other', 'to-process/a.jsonl', records(100));
    expect(await world.take(putEvent('to-process/a.jsonl', 'other'))).toEqual(NOTHING);
    expect(await world.take('{"Event":"s3:TestEvent"}')).toEqual(NOTHING);
    expect(await world.take('nonsense')).toEqual(NOTHING);
    expect(await world.tellOf('gone.jsonl')).toEqual(NOTHING);
    expect(world.ports.ledger.items()).toEqual([]);
  });

  it('names its key as it stands in a form', async () => {
    const world = new Queue();
    await world.put('a b+ü/50%*.jsonl', records(120));
    expect(await world.file('a b+ü/50%*.jsonl')).toMatchObject({ status: 'InProgress', results: 'processed/a b+ü/50%*/' });
  });

  it('whose key begins with a model goes through that one', async () => {
    const world = new Queue();
    const nova = { modelInput: { messages: [{ role: 'user', content: [{ text: 'x' }] }] } };
    const text = Array.from({ length: 120 }, () => `${JSON.stringify(nova)}\n`).join('');
    await world.put('amazon.nova-lite-v1:0/a.jsonl', text);
    expect(world.ports.service.jobs[0]?.spec.modelId).toBe('amazon.nova-lite-v1:0');
    expect(await world.file('amazon.nova-lite-v1:0/a.jsonl')).toMatchObject({ modelId: 'amazon.nova-lite-v1:0' });
  });

  it('has its class and its share from the metadata', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120), { 'batchrock-priority': 'high', 'batchrock-weight': '2.5' });
    const file = await world.file('a.jsonl');
    expect(file).toMatchObject({ priority: 'high', weight: 2.5 });
    expect((await findRun(world.ports.ledger, file.run ?? ''))?.body).toMatchObject({ priority: 'high', weight: 2.5 });
  });

  it('has the timeout of its jobs from the metadata, or from the queue', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120), { 'batchrock-timeout-hours': '72' });
    await world.put('b.jsonl', records(130));
    expect(await world.file('a.jsonl')).toMatchObject({ timeoutHours: 72 });
    expect(await world.file('b.jsonl')).not.toHaveProperty('timeoutHours');
    expect(world.ports.service.jobs.map(({ spec }) => spec.timeoutHours)).toEqual([72, 24]);
  });
});

describe('a file that cannot be used', () => {
  it.each([
    ['a.csv', 'x', {}, /BR-E0117/],
    ['a.jsonl', '', {}, /BR-E0102: to-process\/a\.jsonl is empty/],
    ['a.jsonl', 'no JSON\nnor this\n', {}, /BR-E0114/],
    ['a.jsonl', '{"prompt":"x"}\n', {}, /BR-E0114: no row has "modelInput"/],
    ['a.jsonl', '{"modelInput":"text"}\n{"modelInput":7}\n', {}, /BR-E0114: none of the 2 lines.*line 1:/],
    ['anthropic.claude-3-haiku/a.jsonl', records(100), {}, /BR-E0105: .*anthropic\.claude-3-haiku-20240307-v1:0/],
    ['a.jsonl', records(100), { 'batchrock-priority': 'urgent' }, /BR-E0120: .*"urgent"; allowed: high, normal, low/],
    ['a.jsonl', records(100), { 'batchrock-weight': '-1' }, /BR-E0120: .*"-1"; allowed: a number above 0/],
    ['a.jsonl', records(100), { 'batchrock-timeout-hours': '169' }, /BR-E0120: .*"169"; allowed: a whole number from 24 to 168/],
  ])('is set aside beside a text that says why: %s', async (path, text, metadata, why) => {
    const world = new Queue();
    expect(await world.put(path, text, metadata)).toEqual(NOTHING);
    const file = await world.file(path);
    expect(file.status).toBe('Failed');
    expect(`${file.reason?.code}: ${file.reason?.message}`).toMatch(why);
    expect(world.inbox.text(QUEUE_BUCKET, `to-process/${path}`)).toBeUndefined();
    expect(world.inbox.text(QUEUE_BUCKET, `failed/${path}`)).toBe(text);
    expect(world.ports.objects.text(`failed/${path}.error.txt`)).toMatch(why);
    expect(world.ports.objects.text(`failed/${path}.error.txt`)).toContain('put it below to-process/ again');
    expect(world.notices).toMatchObject([{ subject: expect.stringMatching(/^Failed: /), attributes: { status: 'Failed' } }]);
    await world.pass();
    expect(world.ports.service.jobs).toEqual([]);
    expect(await world.sweep()).toMatchObject({ runs: 0 });
  });

  it('is only its bad lines where it has others', async () => {
    const world = new Queue();
    await world.put('a.jsonl', `no JSON\n${records(100)}{"modelInput":[]}\n`);
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({
      status: 'PartiallyCompleted',
      counts: { rows: 102, succeeded: 100, rejected: 2 },
    });
    const lines = world.results('processed/a/0000.jsonl.out');
    expect(lines).toHaveLength(102);
    expect(lines[0]).toHaveProperty('error');
    expect(lines[101]).toHaveProperty('error');
  });

  it('stays where it is when it is too large to be copied', async () => {
    const world = new Queue();
    world.inbox.mostCopied = 3;
    await world.put('a.jsonl', 'no JSON\n');
    expect(world.inbox.text(QUEUE_BUCKET, 'to-process/a.jsonl')).toBe('no JSON\n');
    expect(world.ports.objects.text('failed/a.jsonl.error.txt')).toContain('BR-E0114');
    expect(await world.tellOf('a.jsonl')).toEqual(NOTHING);
    expect(world.notices).toHaveLength(1);
  });

  it('that is mended and put there again goes through', async () => {
    const world = new Queue();
    await world.put('a.jsonl', 'no JSON\n');
    await world.ports.clock.advance(5_000);
    await world.put('a.jsonl', records(120));
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', results: 'processed/a/' });
  });

  it('is taken up again when the same is put there once more, and fails again', async () => {
    const world = new Queue();
    await world.put('a.jsonl', '{"modelInput":7}\n');
    const before = await world.file('a.jsonl');
    await world.ports.clock.advance(5_000);
    await world.put('a.jsonl', '{"modelInput":7}\n');
    const after = await world.file('a.jsonl');
    expect(after).toMatchObject({ file: before.file, status: 'Failed', reason: { code: 'BR-E0114' } });
    expect(after.receivedAt).toBeGreaterThan(before.receivedAt);
    expect(world.notices).toHaveLength(2);
    expect(world.inbox.text(QUEUE_BUCKET, 'to-process/a.jsonl')).toBeUndefined();
  });

  it('whose function is killed while it is set aside is set aside by the same message', async () => {
    const world = new Queue();
    world.inbox.failure = new Error('killed');
    expect(await world.put('a.jsonl', 'no JSON\n')).toEqual(AGAIN);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Failed', isEnding: true });
    expect(world.notices).toEqual([]);
    world.inbox.failure = undefined;
    expect(await world.tellOf('a.jsonl', 2)).toEqual(NOTHING);
    expect(world.notices).toHaveLength(1);
    expect(await world.file('a.jsonl')).not.toHaveProperty('isEnding');
    expect(world.inbox.text(QUEUE_BUCKET, 'failed/a.jsonl')).toBe('no JSON\n');
  });

  it('whose function was killed behind the move is told of all the same', async () => {
    const world = new Queue();
    const { engine } = world;
    Object.defineProperty(world, 'engine', {
      value: { ...engine, notices: { publish: () => Promise.reject(new Error('killed')) } },
      configurable: true,
    });
    expect(await world.put('a.jsonl', 'no JSON\n')).toEqual(AGAIN);
    Object.defineProperty(world, 'engine', { value: engine });
    expect(await world.tellOf('a.jsonl', 2)).toEqual(NOTHING);
    expect(world.notices).toHaveLength(1);
  });
});

describe('a key that has new content', () => {
  it('is another file, whose results lie beside those of the older', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120));
    const older = await world.file('a.jsonl');
    await world.put('a.jsonl', records(120, 'other'));
    const newer = await world.file('a.jsonl');
    expect(newer.file).not.toBe(older.file);
    await world.pass();
    expect(await world.fileOf(older.file)).toMatchObject({ status: 'Completed', results: 'processed/a/' });
    expect(await world.fileOf(newer.file)).toMatchObject({ status: 'Completed', results: `processed/a.${newer.run}/` });
  });

  it('while the older is read fails that one, says so and takes the newer', async () => {
    const world = new Queue();
    let reads = 0;
    world.inbox.onRead = () => {
      // behind the look at it
      if (++reads === 3) world.inbox.put(QUEUE_BUCKET, 'to-process/a.jsonl', records(130, 'other'));
    };
    await world.put('a.jsonl', records(120));
    const older = world.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ error }) => error === 'BR-E0118');
    expect(older).toMatchObject({ message: 'file', status: 'Failed' });
    expect(world.ports.objects.keys('failed/')).toEqual([]);
    expect(world.inbox.text(QUEUE_BUCKET, 'to-process/a.jsonl')).toBe(records(130, 'other'));
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', counts: { rows: 130 }, results: 'processed/a/' });
  });

  it('before the older is gone on with fails that one', async () => {
    const world = new Queue();
    await world.put('a.jsonl', 'x');
    const { file } = await world.change({ do: 'enqueue', ...elsewhere(world, records(100)) });
    elsewhere(world, records(100, 'other'));
    await world.settle();
    expect(await world.fileOf(file)).toMatchObject({ status: 'Failed', reason: { code: 'BR-E0118' } });
    world.inbox.remove('data', 'in/a.jsonl');
    expect((await world.fileOf(file)).reason?.message).toMatch(/was replaced before it was taken/);
  });
});

/** An object of another bucket. */
function elsewhere(world: Queue, text: string): { readonly bucket: string; readonly key: string } {
  world.inbox.put('data', 'in/a.jsonl', text);
  return { bucket: 'data', key: 'in/a.jsonl' };
}

describe('the same content put there again', () => {
  it('is paid for once, and its results are written again where they are gone', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120));
    await world.pass();
    await world.ports.clock.advance(5_000);
    await world.put('a.jsonl', records(120));
    await world.pass(1);
    expect(world.notices).toHaveLength(1);
    await world.ports.objects.remove(world.ports.objects.keys('processed/'));
    await world.ports.clock.advance(5_000);
    await world.put('a.jsonl', records(120));
    await world.pass(1);
    expect(world.ports.objects.keys('processed/')).toEqual(['processed/a/0000.jsonl.out', 'processed/a/summary.json']);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', attempt: 1 });
    expect(world.ports.service.jobs).toHaveLength(1);
  });

  it('goes on where it was cancelled', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120));
    await world.change({ do: 'cancel', file: 'to-process/a.jsonl' });
    await world.pass(2);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Cancelled' });
    await world.tellOf('a.jsonl');
    await world.pass(2);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Cancelled' });
    await world.ports.clock.advance(5_000);
    await world.put('a.jsonl', records(120));
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', counts: { rows: 120, succeeded: 120 } });
  });
});

describe('a folder of results', () => {
  it('that holds files of others is left alone', async () => {
    const world = new Queue();
    world.ports.objects.put('processed/a/mine.txt', 'x');
    await world.put('a.jsonl', records(120));
    const { run, results } = await world.file('a.jsonl');
    expect(results).toBe(`processed/a.${run}/`);
  });
});

describe('a call whose time is up', () => {
  it('sends itself a message before it ends, and the next one goes on', async () => {
    const world = new Queue();
    world.inbox.put(QUEUE_BUCKET, 'to-process/a.jsonl', records(420));
    const deadline = openDeadline();
    let made = 0;
    world.ports.objects.hook = ({ call, about, moment }) => {
      if (call === 'create' && moment === 'after' && /\/input\/.*000\.jsonl$/.test(about) && ++made === 2) deadline.end();
    };
    expect(await world.tellOf('a.jsonl', 1, deadline)).toEqual(NOTHING);
    world.ports.objects.hook = undefined;
    const { file } = await world.file('a.jsonl');
    expect(world.intake).toEqual([file]);
    expect(world.ports.service.jobs).toEqual([]);
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', counts: { rows: 420, succeeded: 420 } });
  });
});

describe('a message that fails', () => {
  it('comes again, later each time, and fails its file with the reason at last', async () => {
    const world = new Queue();
    world.inbox.put(QUEUE_BUCKET, 'to-process/a.jsonl', records(120));
    world.inbox.onRead = () => {
      throw new ServiceError('BR-E0501', 'cannot read it', { reason: 'denied', effect: 'none' });
    };
    for (const tries of [1, 2, 3]) expect(await world.tellOf('a.jsonl', tries)).toEqual(AGAIN);
    expect(world.delays).toEqual([60, 120, 240]);
    expect((await world.file('a.jsonl')).status).toBe('Pending');
    expect(await world.tellOf('a.jsonl', 4)).toEqual(NOTHING);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Failed', reason: { code: 'BR-E0501' } });
  });

  it('fails a file too that is prepared and cannot be let go, and nothing of it is sent', async () => {
    const world = new Queue();
    world.inbox.put(QUEUE_BUCKET, 'to-process/a.jsonl', records(120));
    world.ports.ledger.hook = ({ call, about, moment }) => {
      if (call === 'get' && moment === 'before' && about.startsWith('PLACE#')) throw new Error('no answer');
    };
    expect(await world.tellOf('a.jsonl', 4)).toEqual(NOTHING);
    world.ports.ledger.hook = undefined;
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Failed', reason: { message: 'no answer' } });
    await world.put('b.jsonl', records(120, 'other'));
    await world.pass();
    expect(world.ports.service.jobs).toHaveLength(1);
    expect(await world.sweep()).toMatchObject({ runs: 0 });
    await world.ports.clock.advance(5_000);
    await world.put('a.jsonl', records(120));
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed' });
  });

  it('whose function ends without a word, again and again, fails its file too', async () => {
    const world = new Queue();
    world.inbox.put(QUEUE_BUCKET, 'to-process/a.jsonl', records(120));
    expect(await world.tellOf('a.jsonl', 5)).toEqual(NOTHING);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Failed', reason: { code: 'GaveUp' } });
    expect(world.ports.service.jobs).toEqual([]);
  });

  it('whose function is killed at any step is made up for by the same message, with no job twice', async () => {
    for (let commits = 0; commits < 20; commits++) {
      const world = new Queue();
      world.inbox.put(QUEUE_BUCKET, 'to-process/a.jsonl', records(250));
      world.killAfter(commits);
      await world.tellOf('a.jsonl');
      world.killAfter(undefined);
      await world.tellOf('a.jsonl', 2);
      // an intent without a job is nobody's but the sweep's
      await world.ports.clock.advance(15 * 60_000);
      await world.sweep();
      await world.pass();
      expect(await world.file('a.jsonl'), `killed after ${commits}`).toMatchObject({ status: 'Completed' });
      expect(world.ports.service.jobs, `killed after ${commits}`).toHaveLength(2);
      expect(world.ports.objects.keys('processed/')).toHaveLength(3);
    }
  });
});

describe('a run that is refused', () => {
  it('shows why while it waits, and goes on when it is retried', async () => {
    const world = new Queue();
    world.ports.service.refusals.push({ reason: 'denied' });
    await world.put('a.jsonl', records(120));
    const waiting = await world.file('a.jsonl');
    expect(waiting).toMatchObject({
      status: 'Pending',
      reason: { code: 'BR-E0501', message: expect.stringContaining('policies') },
    });
    await world.pass(2);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Pending' });
    const retried = await world.change({ do: 'retry', file: waiting.file });
    expect(retried).not.toHaveProperty('reason');
    await world.ports.clock.advance(15 * 60_000);
    await world.sweep();
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', modelId: HAIKU });
  });
});
