import { describe, expect, it } from 'vitest';
import { FAMILY_SOURCE, stackFamily } from '../testing/family.ts';
import { INPUT, Orchestrator } from '../testing/orchestrator.ts';
import { Queue, records } from '../testing/queue.ts';

const MODEL = 'acme.in-house-v1:0';
const ASKED = { ...INPUT, model_id: MODEL, family: 'in-house' };

function worldOf(...families: Parameters<typeof stackFamily>[]): Orchestrator {
  const world = new Orchestrator();
  world.settings = { ...world.settings, families: families.map((each) => stackFamily(...each)) };
  return world;
}

describe('a family of the stack', () => {
  it('speaks to a model that nobody knows, there and back, and what it throws is of its row and its record', async () => {
    const world = worldOf([]);
    const { run, rejected } = await world.prepare(ASKED);
    expect(rejected).toBe(1);
    await world.follow(run);
    expect(await world.untilTold()).toMatchObject({ kind: 'success' });
    const [input = ''] = world.ports.objects.keys(`runs/${run}/input/`);
    const line = JSON.parse(world.linesOf(input)[0] ?? '');
    expect(line.modelInput.messages).toEqual([{ role: 'user', content: 'House: Tell me about thing 0.' }]);
    await world.export(run);
    const rows = ['0000', '0001'].flatMap((name) => world.linesOf(`batch_output_parquet/jokes/${name}.csv`).slice(1));
    expect(rows).toHaveLength(250);
    expect(rows[0]).toMatch(/^0,thing 0,ANSWER TO /);
    expect(rows[7]).toContain('in-house.request of in-house.js: seven is not to be asked');
    expect(rows[5]).toContain('family_failed');
    expect(rows[5]).toContain('in-house.answer of in-house.js: five is no answer');
  });

  it('is another run where its module is another, and the run of a former one waits for it', async () => {
    const world = worldOf([]);
    const { run } = await world.prepare(ASKED);
    const former = world.settings;
    world.settings = { ...former, families: [stackFamily(FAMILY_SOURCE.replace('House', 'Manor'))] };
    const other = await world.prepare({ ...ASKED, job_name_prefix: 'other' });
    expect(other.run).not.toBe(run);
    await world.follow(run);
    for (let minutes = 0; minutes < 20 && world.messages.length === 0; minutes++) {
      await world.ports.clock.advance(61_000);
      await world.kickEnded();
    }
    const [part] = world.messages;
    expect(await world.collect(part ?? {})).not.toEqual({ batchItemFailures: [] });
    expect(world.lines.join()).toContain('which is another in this stack');
    world.settings = former;
    await world.collectAll();
    expect(await world.untilTold()).toMatchObject({ kind: 'success' });
  });

  it('is refused where it is not there, is none, or is of another file than was asked for', async () => {
    const world = worldOf([]);
    const [{ sha256 = '' } = {}] = world.settings.families;
    const refused = (input: object) => world.prepare({ ...ASKED, ...input }).catch((error: Error) => error);
    expect(await refused({ family: 'inhouse' })).toMatchObject({
      code: 'BR-E0120',
      message: expect.stringMatching(/unknown model family "inhouse" \(.*in-house.*\?\); those of this stack are in-house/),
    });
    expect(await refused({ family_sha256: 'x' })).toMatchObject({ code: 'BR-E0120' });
    expect(await refused({ family: null, family_sha256: sha256 })).toMatchObject({ code: 'BR-E0112' });
    expect(await refused({ family_sha256: 'a'.repeat(64) })).toMatchObject({
      code: 'BR-E0218',
      message: expect.stringMatching(
        /in-house of this stack is of another in-house\.js \(SHA-256 \w{12}…, asked aaaaaaaaaaaa…\)/,
      ),
    });
    expect(await refused({ family_sha256: sha256 })).toMatchObject({ done: true });
    world.settings = { ...world.settings, families: [stackFamily("throw new Error('not today');")] };
    expect(await refused({})).toMatchObject({ code: 'BR-E0131', message: 'in-house.js cannot be loaded: not today' });
    // those that are built in go by their names too
    const builtIn = { model_id: 'acme.claude-like-v1:0', family: 'anthropic', job_name_prefix: 'built-in' };
    expect(await refused(builtIn)).toMatchObject({ done: true });
  });
});

describe('a file of a queue with a family', () => {
  const queueOf = (...families: Parameters<typeof stackFamily>[]): Queue => {
    const world = new Queue();
    world.settings = { ...world.settings, modelId: MODEL, families: families.map((each) => stackFamily(...each)) };
    return world;
  };
  const FORTY = FAMILY_SOURCE.replace("'in-house'", "'forty'");

  it('of a model that is not known is read by the only family', async () => {
    const world = queueOf([]);
    await world.put('a.jsonl', records(120));
    await world.pass();
    const { status, counts, results } = await world.file('a.jsonl');
    expect([status, counts]).toMatchObject(['PartiallyCompleted', { rows: 120, failed: expect.any(Number) }]);
    const failed = world.results(`${results}0000.jsonl.out`).filter((line) => 'error' in line);
    expect(JSON.stringify(failed[0])).toContain('five is no answer');
  });

  it('of several names its own by its metadata, or where it is enqueued', async () => {
    const world = queueOf([], [FORTY, 'forty']);
    await world.put('a.jsonl', records(120), { 'batchrock-family': 'forty' });
    expect(await world.file('a.jsonl')).toMatchObject({ family: 'forty', status: 'InProgress' });
    world.inbox.put('data', 'b.jsonl', records(110));
    const one = await world.change({ do: 'enqueue', bucket: 'data', key: 'b.jsonl', family: 'in-house' });
    const other = await world.change({ do: 'enqueue', bucket: 'data', key: 'b.jsonl', family: 'forty' });
    expect(one.file).not.toBe(other.file);
    const unnamed = world.change({ do: 'enqueue', bucket: 'data', key: 'b.jsonl' });
    await expect(unnamed).rejects.toMatchObject({ code: 'BR-E0105' });
    await world.put('c.jsonl', records(120), { 'batchrock-family': 'fourty' });
    expect(await world.file('c.jsonl')).toMatchObject({
      status: 'Failed',
      reason: { message: expect.stringContaining('forty?') },
    });
  });
});
