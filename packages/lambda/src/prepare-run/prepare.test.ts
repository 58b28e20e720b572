import { findRun, objectKeys, type RunDocument } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { findHome } from '../home/index.ts';
import { csvRows, EXECUTION, HAIKU, INPUT, Orchestrator, openDeadline } from '../testing/orchestrator.ts';
import { parsePreparePayload } from './payload.ts';

const LARGE = { ...INPUT, max_records_per_job: 100 };

/** An orchestrator with a dataset of so many rows. */
function worldOf(rows: number): Orchestrator {
  const world = new Orchestrator();
  world.datasets.set('s3://data/rows.csv', csvRows(rows));
  return world;
}

/** Prepares call by call, each ended when so many more parts have their input; the answers. */
async function prepareInCalls(world: Orchestrator, partsOfACall: number) {
  const answers = [];
  for (let calls = 0; calls < 30; calls++) {
    const deadline = openDeadline();
    let made = 0;
    world.ports.objects.hook = ({ call, about, moment }) => {
      if (call === 'create' && moment === 'after' && /\/input\/.*000\.jsonl$/.test(about) && ++made === partsOfACall)
        deadline.end();
    };
    const answer = await world.prepare(LARGE, { deadline });
    answers.push(answer);
    if (answer.done) return answers;
  }
  throw new Error('it never came to its end');
}

async function documentOf(world: Orchestrator, run: string): Promise<RunDocument> {
  return JSON.parse(world.ports.objects.text(objectKeys.document(run)) ?? '') as RunDocument;
}

/** Everything of a run but when it was made. */
function objectsOf({ ports }: Orchestrator): Record<string, string | undefined> {
  const keys = ports.objects.keys('runs/').filter((key) => !/(run|owner)\.json$/.test(key));
  return Object.fromEntries(keys.map((key) => [key, ports.objects.text(key)]));
}

describe('a preparation', () => {
  it('that takes longer than a call goes on in the next one, and ends in the same bytes', async () => {
    const whole = worldOf(1200);
    const { run, parts } = await whole.prepare(LARGE);
    const world = worldOf(1200);
    const answers = await prepareInCalls(world, 4);
    expect(answers.length).toBeGreaterThan(3);
    for (const [i, answer] of answers.entries()) {
      expect(answer).toMatchObject({ run, job_name_prefix: 'jokes', done: i === answers.length - 1 });
      if (i > 0) expect(answer.parts).toBeGreaterThan(answers[i - 1]!.parts);
    }
    expect(answers.at(-1)).toMatchObject({ parts, rows: 1200, rejected: 0 });
    expect(objectsOf(world)).toEqual(objectsOf(whole));
    expect(world.ports.service.jobs).toEqual([]);
  });

  it('whose call is too short for one part says so, and what to do', async () => {
    const world = worldOf(1200);
    await expect(prepareInCalls(world, 1)).rejects.toMatchObject({
      code: 'BR-E0120',
      message: expect.stringMatching(/^no part of run r-\w+, \d+ records each, was ready within one call of the function$/),
      hint: expect.stringContaining('memory'),
    });
  });

  it('that was killed, or is called twice at once, ends as one that was not', async () => {
    const whole = worldOf(700);
    await whole.prepare(LARGE);
    const world = worldOf(700);
    let left = 5;
    const commit = world.ports.ledger.commit.bind(world.ports.ledger);
    world.ports.ledger.commit = (writes, o) => (left-- > 0 ? commit(writes, o) : Promise.reject(new Error('killed')));
    await expect(world.prepare(LARGE)).rejects.toThrow('killed');
    world.ports.ledger.commit = commit;
    const both = await Promise.all([world.prepare(LARGE), world.prepare(LARGE)]);
    expect(both[0]).toEqual(both[1]);
    expect(objectsOf(world)).toEqual(objectsOf(whole));
  });

  it('freezes what was asked, in the words of the core', async () => {
    const world = worldOf(500);
    world.settings = { ...world.settings, maxJobs: 7 };
    const input = { ...INPUT, max_records_total: 320, max_num_jobs: 2, max_attempts: 5, max_error_rate: 0.1, timeout_hours: 30 };
    const { run, rows, parts } = await world.prepare({ ...input, job_name_prefix: 'team a'.replace(' ', '_') });
    expect(await documentOf(world, run)).toMatchObject({
      lane: `123456789012/us-east-1/${HAIKU}`,
      job: { namePrefix: 'team-a', timeoutHours: 30, storeUri: world.ports.objects.uri },
      source: { taken: { first: 320 } },
      maxParts: 2,
      maxAttempts: 5,
      asked: { maxErrorRate: 0.1 },
      synthetic: false,
    });
    expect(parts).toBe(2);
    expect(rows).toBeLessThanOrEqual(320);
  });

  it('takes the rows that the environment allows, unless the input says how many', async () => {
    const world = worldOf(300);
    world.settings = { ...world.settings, maxTotalRecords: 150 };
    expect(await world.prepare()).toMatchObject({ rows: 150 });
    expect(await world.prepare({ ...INPUT, job_name_prefix: 'b', max_records_total: 120 })).toMatchObject({ rows: 120 });
  });

  it('makes parts as large as suits dataset and slots where nobody bounds them', async () => {
    const { max_records_per_job: _, ...unbounded } = INPUT;
    const partsWith = async (maxJobs: number) => {
      const world = worldOf(3000);
      world.settings = { ...world.settings, maxJobs };
      return (await world.prepare(unbounded)).parts;
    };
    const few = await partsWith(2);
    expect(few).toBeLessThan(10);
    expect(await partsWith(20)).toBeGreaterThan(few);
  });

  it('draws the same sample in each call', async () => {
    const input = { ...LARGE, sample: 600 };
    const whole = worldOf(1500);
    const expected = await whole.prepare(input);
    const world = worldOf(1500);
    const deadline = openDeadline();
    let made = 0;
    world.ports.objects.hook = ({ call, about, moment }) => {
      if (call === 'create' && moment === 'after' && /\/input\/.*000\.jsonl$/.test(about) && ++made === 3) deadline.end();
    };
    expect(await world.prepare(input, { deadline })).toMatchObject({ done: false });
    expect(await world.prepare(input)).toEqual(expected);
    expect(objectsOf(world)).toEqual(objectsOf(whole));
    const ended = openDeadline();
    ended.end();
    await expect(worldOf(1500).prepare(input, { deadline: ended })).rejects.toMatchObject({
      code: 'BR-E0120',
      message: expect.stringMatching(/could not be (counted, to draw 600 rows from it|looked at) within one call/),
    });
  });

  it('with bad input writes nothing at all', async () => {
    const world = worldOf(300);
    const wrong: readonly [object, string, RegExp][] = [
      [{ ...INPUT, prompt: 'About {topic}' }, 'BR-E0106', /topic/],
      [{ ...INPUT, model_id: 'amazon.titan-embed-text-v2:0', prompt: null }, 'BR-E0109', /no column "input_text".* id, text/],
      [{ ...INPUT, s3_uri: 's3://data/none.csv' }, 'BR-E0101', /no such object: s3:\/\/data\/none.csv/],
      [{ ...INPUT, max_records_per_job: 99 }, 'BR-E0120', /max_records_per_job is 99; a job of/],
    ];
    for (const [input, code, message] of wrong) {
      await expect(world.prepare(input)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    }
    world.datasets.set('s3://data/empty.csv', 'id,text\n');
    await expect(world.prepare({ ...INPUT, s3_uri: 's3://data/empty.csv' })).rejects.toMatchObject({ code: 'BR-E0102' });
    world.datasets.set('s3://data/rows.xlsx', 'x');
    await expect(world.prepare({ ...INPUT, s3_uri: 's3://data/rows.xlsx' })).rejects.toMatchObject({ code: 'BR-E0117' });
    expect(world.ports.objects.keys()).toEqual([]);
    expect(world.ports.ledger.items()).toEqual([]);
  });

  it('logs neither prompt nor cell', async () => {
    const world = worldOf(300);
    world.datasets.set('s3://data/rows.csv', `${csvRows(200)}1,"secret cell\n`);
    await expect(world.prepare({ ...INPUT, prompt: 'secret prompt {text}' })).rejects.toMatchObject({ code: 'BR-E0104' });
    expect(world.lines.join('\n')).not.toMatch(/secret/);
  });
});

describe('the run of an execution', () => {
  it('is the one that the same question has, whoever asks and under whatever prefix', async () => {
    const world = worldOf(300);
    const first = await world.prepare();
    const again = await world.prepare({ ...INPUT, job_name_prefix: 'elsewhere' }, { execution: 'arn:second' });
    expect(again).toEqual({ ...first, job_name_prefix: 'elsewhere' });
    expect(await findHome(world.ports, first.run)).toMatchObject({ execution: 'arn:second', jobNamePrefix: 'elsewhere' });
  });

  it('is another one with each execution that asks for a new one, and the same in each of its calls', async () => {
    const world = worldOf(300);
    const asked = (prefix: string, execution: string) =>
      world.prepare({ ...INPUT, job_name_prefix: prefix, new: true }, { execution });
    const runs = [(await world.prepare()).run, (await asked('b', 'arn:b')).run, (await asked('c', 'arn:c')).run];
    expect(new Set(runs).size).toBe(3);
    expect((await asked('b', 'arn:b')).run).toBe(runs[1]);
    const atOnce = await Promise.all([asked('d', 'arn:d'), asked('e', 'arn:e'), asked('f', 'arn:f')]);
    expect(new Set([...runs, ...atOnce.map(({ run }) => run)]).size).toBe(6);
  });

  it('is kept from an execution that wants its results elsewhere while another one waits for it', async () => {
    const world = worldOf(300);
    const { run } = await world.prepare();
    await world.follow(run);
    const elsewhere = { ...INPUT, job_name_prefix: 'elsewhere' };
    await expect(world.prepare(elsewhere, { execution: 'arn:second' })).rejects.toMatchObject({
      code: 'BR-E0202',
      message: expect.stringContaining(`run ${run} of the same question is being made by ${EXECUTION}`),
      hint: expect.stringContaining('"new": true'),
    });
    expect(await findHome(world.ports, run)).toMatchObject({ jobNamePrefix: 'jokes', waiting: ['token'] });
    expect(await world.prepare(INPUT, { execution: 'arn:second' })).toMatchObject({ run, done: true });
    await world.untilTold();
    expect(await world.prepare(elsewhere, { execution: 'arn:second' })).toMatchObject({ run, done: true });
  });

  it('that lies in the bucket alone is not paid for again', async () => {
    const world = worldOf(300);
    const { run } = await world.prepare();
    const lost = worldOf(300);
    for (const key of world.ports.objects.keys()) lost.ports.objects.put(key, world.ports.objects.text(key) ?? '');
    await expect(lost.prepare()).rejects.toMatchObject({ code: 'BR-E0207', message: expect.stringContaining(run) });
    expect((await lost.prepare({ ...INPUT, job_name_prefix: 'b', new: true })).run).not.toBe(run);
  });

  it('has one owner, however many calls began it', async () => {
    const worlds = [worldOf(300), worldOf(300)];
    for (const world of worlds) await world.prepare();
    const owners = worlds.map(
      ({ ports }) =>
        JSON.parse(ports.objects.text(ports.objects.keys('runs/').find((key) => key.endsWith('owner.json')) ?? '') ?? '').id,
    );
    expect(owners[0]).toBe(owners[1]);
    const run = (await worlds[0]!.prepare()).run;
    expect((await findRun(worlds[0]!.ports.ledger, run))?.body.owner).toBe(owners[0]);
  });
});

it('a payload of another caller is refused', () => {
  for (const payload of [undefined, {}, { execution: 1, started: '' }]) {
    expect(() => parsePreparePayload(payload)).toThrow('the payload is none of the state machine');
  }
});
