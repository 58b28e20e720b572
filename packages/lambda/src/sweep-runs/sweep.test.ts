import { loadRun, stopRun, writeOwner } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { findHome, openHomes, readSweepMark } from '../home/index.ts';
import { INPUT, Orchestrator, openDeadline } from '../testing/orchestrator.ts';

const MINUTE = 60_000;

/** Followed runs of questions of their own, each with the token of its number. */
async function worldWith(
  runs: number,
  options?: ConstructorParameters<typeof Orchestrator>[0],
): Promise<{ readonly world: Orchestrator; readonly ids: readonly string[] }> {
  const world = new Orchestrator(options);
  const ids: string[] = [];
  for (let i = 0; i < runs; i++) {
    const { run } = await world.prepare({ ...INPUT, prompt: `${i} {text}`, job_name_prefix: `p${i}` });
    await world.follow(run, `token${i}`);
    ids.push(run);
  }
  return { world, ids };
}

/** Sweeps until one finds for long enough that nobody waits for a run. */
async function sweepUntilStopped(world: Orchestrator): Promise<void> {
  await world.sweep();
  await world.ports.clock.advance(5 * MINUTE);
  await world.sweep();
  await world.ports.clock.advance(5 * MINUTE);
  await world.sweep();
}

describe('a sweep', () => {
  it('brings a run to its end of which every event is lost', async () => {
    const { world, ids } = await worldWith(1);
    for (let sweeps = 0; sweeps < 5; sweeps++) {
      await world.ports.clock.advance(5 * MINUTE);
      await world.sweep();
      await world.collectAll();
    }
    expect(world.tasks.get('token0')).toEqual({ kind: 'success', output: JSON.stringify({ run: ids[0] }) });
    expect(await openHomes(world.ports, 'memory-bucket')).toEqual([]);
  });

  it('sends the message of a part again that was lost, and not while it may be on its way', async () => {
    const { world, ids } = await worldWith(1);
    await world.ports.clock.advance(61_000);
    await world.kickEnded();
    world.messages.splice(0);
    await world.ports.clock.advance(5 * MINUTE);
    await world.sweep();
    expect(world.messages).toEqual([]);
    await world.ports.clock.advance(6 * MINUTE);
    await world.sweep();
    expect(world.messages).toEqual([0, 1].map((part) => ({ run: ids[0], attempt: 1, part })));
  });

  it('gives each task that waits a sign of life, and none to one that was told', async () => {
    const { world } = await worldWith(2);
    await world.sweep();
    expect([...world.heartbeats].sort()).toEqual(['token0', 'token1']);
    await world.untilTold('token0');
    await world.untilTold('token1');
    world.heartbeats.splice(0);
    await world.sweep();
    expect(world.heartbeats).toEqual([]);
  });

  it('stops the run of an execution that was aborted, and its jobs, and says so', async () => {
    const { world, ids } = await worldWith(2, { script: () => ({ durationMs: 20 * MINUTE }) });
    world.tasks.delete('token0');
    await sweepUntilStopped(world);
    expect((await loadRun(world.ports.ledger, ids[0]!)).body).toMatchObject({ state: 'stopping', stopMode: 'stop' });
    expect(world.lines.join('\n')).toMatch(/its execution was aborted: it is stopped.*r-/);
    await world.ports.clock.advance(MINUTE);
    await world.kickEnded();
    await world.collectAll();
    expect((await loadRun(world.ports.ledger, ids[0]!)).body.state).toBe('stopped');
    expect(await world.untilTold('token1')).toMatchObject({ kind: 'success' });
    await world.sweep();
    expect(await openHomes(world.ports, 'memory-bucket')).toEqual([]);
  });

  it('stops it also where the sweep that noticed was killed before it could', async () => {
    const { world, ids } = await worldWith(1);
    world.tasks.delete('token0');
    const { commit } = world.ports.ledger;
    world.ports.ledger.commit = (writes, o) => {
      const isStop = writes.some((write) => 'put' in write && (write.put.body as { stopMode?: string }).stopMode !== undefined);
      return isStop ? Promise.reject(new Error('killed')) : commit.call(world.ports.ledger, writes, o);
    };
    await world.sweep();
    expect(await findHome(world.ports, ids[0]!)).toMatchObject({ waiting: [], abandonedAt: world.ports.clock.now() });
    await world.ports.clock.advance(7 * MINUTE);
    expect(await world.sweep()).toMatchObject({ failed: 1 });
    expect((await loadRun(world.ports.ledger, ids[0]!)).body.state).toBe('running');
    world.ports.ledger.commit = commit;
    await world.sweep();
    expect((await loadRun(world.ports.ledger, ids[0]!)).body).toMatchObject({ state: 'stopping', stopMode: 'stop' });
    await world.follow(ids[0]!, 'again');
    expect(await findHome(world.ports, ids[0]!)).not.toHaveProperty('abandonedAt');
    expect(await world.untilTold('again')).toMatchObject({ kind: 'success' });
  });

  it('leaves the jobs of a run alone that another ledger has taken over, whatever becomes of its execution', async () => {
    const { world, ids } = await worldWith(1);
    await writeOwner(world.ports, ids[0]!, { id: 'laptop', name: 'ledger.db on a laptop' });
    world.tasks.delete('token0');
    await world.sweep();
    await world.ports.clock.advance(7 * MINUTE);
    await world.sweep();
    expect((await loadRun(world.ports.ledger, ids[0]!)).body.state).toBe('running');
    expect(world.ports.service.jobs.every(({ stoppedAt }) => stoppedAt === undefined)).toBe(true);
  });

  it('goes on with a run whose task is begun anew under another token, be it at the last moment', async () => {
    const { world, ids } = await worldWith(1, { script: (_, n) => ({ durationMs: (n < 2 ? 30 : 1) * MINUTE }) });
    const [run = ''] = ids;
    world.tasks.delete('token0');
    await world.sweep();
    await world.ports.clock.advance(5 * MINUTE);
    await world.follow(run, 'anew');
    await world.ports.clock.advance(5 * MINUTE);
    await world.sweep();
    expect((await loadRun(world.ports.ledger, run)).body.state).toBe('running');
    world.tasks.delete('anew');
    await world.sweep();
    await world.ports.clock.advance(7 * MINUTE);
    const { commit } = world.ports.ledger;
    world.ports.ledger.commit = async (writes, o) => {
      const isStop = writes.some((write) => 'put' in write && (write.put.body as { stopMode?: string }).stopMode !== undefined);
      if (isStop) {
        world.ports.ledger.commit = commit;
        await world.follow(run, 'late');
      }
      return commit.call(world.ports.ledger, writes, o);
    };
    await world.sweep();
    expect((await loadRun(world.ports.ledger, run)).body.state).toBe('running');
    expect(await world.untilTold('late')).toMatchObject({ kind: 'success' });
  });

  it('leaves a run alone that was refused and whose task was told so', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    world.ports.service.refusals.push({ reason: 'denied' });
    await world.follow(run);
    await world.ports.clock.advance(60 * MINUTE);
    await world.sweep();
    expect((await loadRun(world.ports.ledger, run)).body).toMatchObject({ state: 'running', blocked: { code: 'BR-E0501' } });
  });

  it('goes on with a run as long as one task waits for it', async () => {
    const { world, ids } = await worldWith(1);
    await world.follow(ids[0]!, 'second');
    world.tasks.delete('token0');
    await world.sweep();
    expect(await findHome(world.ports, ids[0]!)).toMatchObject({ waiting: ['second'] });
    expect((await loadRun(world.ports.ledger, ids[0]!)).body.state).toBe('running');
    expect(await world.untilTold('second')).toMatchObject({ kind: 'success' });
  });

  it('stops a run whose execution never came to follow it, and no sooner than it may still come', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    await world.ports.clock.advance(29 * MINUTE);
    await world.sweep();
    expect((await loadRun(world.ports.ledger, run)).body.state).toBe('running');
    await world.ports.clock.advance(2 * MINUTE);
    await world.sweep();
    expect((await loadRun(world.ports.ledger, run)).body.state).toBe('stopped');
    await world.follow(run);
    expect(await world.untilTold()).toMatchObject({ kind: 'success' });
  });

  it('tells a task whose function was killed between the end of the run and the telling', async () => {
    const { world } = await worldWith(1);
    await world.ports.clock.advance(61_000);
    await world.kickEnded();
    const { tasks } = world.engine;
    world.ports.ledger.hook = ({ call, about, moment }) => {
      if (call === 'get' && about.startsWith('HOME#') && moment === 'before') throw new Error('killed');
    };
    await world.collectAll();
    world.ports.ledger.hook = undefined;
    expect(world.tasks.get('token0')).toBe('waiting');
    await world.sweep();
    expect(world.tasks.get('token0')).toMatchObject({ kind: 'success' });
    expect(await tasks.heartbeat('token0')).toBe('gone');
  });

  it('is kept from no run by another one that cannot be swept, and says how many', async () => {
    const { world, ids } = await worldWith(3);
    const broken = [...ids].sort()[0]!;
    world.ports.ledger.hook = ({ call, about }) => {
      if (call === 'get' && about === `HOME#${broken}`) throw new Error('it is damaged');
    };
    await world.ports.clock.advance(5 * MINUTE);
    expect(await world.sweep()).toEqual({ runs: 3, swept: 3, failed: 1 });
    expect(world.lines.join('\n')).toContain('it is damaged');
    expect(new Set(world.messages.map(({ run }) => run))).toEqual(new Set(ids));
    await world.collectAll();
    const waiting = ids.filter((_, i) => world.tasks.get(`token${i}`) === 'waiting');
    expect(waiting).toEqual([broken]);
    world.ports.ledger.hook = undefined;
    expect(await world.sweep()).toEqual({ runs: 1, swept: 1, failed: 0 });
    expect(world.tasks.get(`token${ids.indexOf(broken)}`)).toMatchObject({ kind: 'success' });
  });

  it.each(['HOME', 'RUN'])('is kept from no run by a %s item of another that cannot be read', async (kind) => {
    const { world, ids } = await worldWith(3);
    const { ledger } = world.ports;
    const key = `${kind}#${[...ids].sort()[0]}`;
    const item = await ledger.get(key);
    await ledger.commit([{ put: { ...item!, schema: 'another/9' }, expect: item!.version }]);
    await world.ports.clock.advance(5 * MINUTE);
    expect(await world.sweep()).toMatchObject({ failed: 1 });
    expect(world.lines.join('\n')).toContain(key);
    const others = ids.filter((run) => !key.endsWith(run));
    expect(new Set(world.messages.map(({ run }) => run))).toEqual(new Set(others));
    await world.collectAll();
    for (const run of others) expect(world.tasks.get(`token${ids.indexOf(run)}`)).toMatchObject({ kind: 'success' });
  });

  it('that has no time for all runs goes on behind the last one the next time, and beats every heart', async () => {
    const { world, ids } = await worldWith(4);
    await world.ports.clock.advance(5 * MINUTE);
    const sorted = [...ids].sort();
    const sweptRuns = async (): Promise<string[]> => {
      world.messages.splice(0);
      world.heartbeats.splice(0);
      const before = world.lines.length;
      let left = 6;
      await world.sweep(openDeadline(() => left-- * 1000));
      expect(world.heartbeats).toHaveLength(4);
      return world.lines.slice(before).filter((line) => line.includes('swept'));
    };
    expect(JSON.parse((await sweptRuns())[0] ?? '')).toMatchObject({ count: 2 });
    expect(await readSweepMark(world.ports, 'memory-bucket')).toBe(sorted[1]);
    expect(JSON.parse((await sweptRuns())[0] ?? '')).toMatchObject({ count: 2 });
    expect(await readSweepMark(world.ports, 'memory-bucket')).toBe(sorted[3]);
    await world.sweep();
    expect(await readSweepMark(world.ports, 'memory-bucket')).toBeUndefined();
  });

  it('leaves a run that was stopped by hand stopped, and tells so', async () => {
    const { world, ids } = await worldWith(1);
    await stopRun(world.ports, ids[0]!, 'stop');
    for (let sweeps = 0; sweeps < 4; sweeps++) {
      await world.ports.clock.advance(5 * MINUTE);
      await world.sweep();
      await world.collectAll();
    }
    expect(world.tasks.get('token0')).toMatchObject({ kind: 'failure', error: 'Stopped' });
    expect(await openHomes(world.ports, 'memory-bucket')).toEqual([]);
  });

  it('passes over what is being prepared, and forgets it after a day', async () => {
    const world = new Orchestrator();
    world.ports.objects.hook = ({ call, about }) => {
      if (call === 'create' && about.includes('/input/')) throw new Error('no answer');
    };
    await expect(world.prepare()).rejects.toThrow('no answer');
    expect(await world.sweep()).toEqual({ runs: 1, swept: 1, failed: 0 });
    await world.ports.clock.advance(25 * 60 * MINUTE);
    await world.sweep();
    expect(await world.sweep()).toEqual({ runs: 0, swept: 0, failed: 0 });
    world.ports.objects.hook = undefined;
    const { run } = await world.prepare();
    await world.follow(run);
    expect(await world.untilTold()).toMatchObject({ kind: 'success' });
  });
});
