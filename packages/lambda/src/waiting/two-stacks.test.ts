import { loadRun } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { csvRows, INPUT, Orchestrator } from '../testing/orchestrator.ts';

const MINUTE = 60_000;

/** Two stacks on one ledger with two slots, each with a followed run of three parts and a task that waits for it. */
async function twoStacks() {
  const ours = new Orchestrator();
  ours.settings = { ...ours.settings, maxJobs: 2 };
  const theirs = ours.beside('another-bucket');
  for (const stack of [ours, theirs]) stack.datasets.set('s3://data/rows.csv', csvRows(300));
  const { run } = await ours.prepare();
  const { run: other } = await theirs.prepare();
  await ours.follow(run);
  await theirs.follow(other);
  return { ours, theirs, run, other };
}

/** Whose each job is, in order of Create. */
const owners = ({ ports }: Orchestrator) =>
  ports.service.jobs.map(({ spec }) => (spec.inputUri.startsWith('s3://another-bucket/') ? 'theirs' : 'ours'));

describe('stacks on one ledger', () => {
  it('share its slots, and bring each its own run to its end: every event comes to both', async () => {
    const { ours, theirs, run, other } = await twoStacks();
    expect(run).not.toBe(other);
    for (let rounds = 0; rounds < 8; rounds++) {
      await ours.ports.clock.advance(61_000);
      const [first, second] = rounds % 2 === 0 ? [ours, theirs] : [theirs, ours];
      await first.kickEnded();
      await second.kickEnded();
      expect(new Set(ours.messages.map((part) => part.run))).not.toContain(other);
      expect(new Set(theirs.messages.map((part) => part.run))).not.toContain(run);
      expect(ours.ports.service.liveJobs().length).toBeLessThanOrEqual(2);
      await ours.collectAll();
      await theirs.collectAll();
    }
    expect(ours.tasks.get('token')).toEqual({ kind: 'success', output: JSON.stringify({ run }) });
    expect(theirs.tasks.get('token')).toEqual({ kind: 'success', output: JSON.stringify({ run: other }) });
    expect(owners(ours).toSorted()).toEqual(['ours', 'ours', 'ours', 'theirs', 'theirs', 'theirs']);
    expect(await theirs.export(other)).toMatchObject({ status: 'Completed', counts: { succeeded: 300 } });
  });

  it('give out a slot also for the late event of a part that the other has collected by then', async () => {
    const { ours, theirs } = await twoStacks();
    expect(owners(ours)).toEqual(['ours', 'ours']);
    await ours.ports.clock.advance(61_000);
    await ours.kickEnded();
    await ours.collectAll();
    expect(owners(ours)).toEqual(['ours', 'ours', 'ours']);
    await theirs.kickEnded();
    expect(owners(ours)).toEqual(['ours', 'ours', 'ours', 'theirs']);
    expect(theirs.messages).toEqual([]);
  });

  it('see the ends of the jobs of each other, and leave output, tasks and the rest to whose they are', async () => {
    const { ours, theirs, run, other } = await twoStacks();
    await ours.ports.clock.advance(61_000);
    theirs.heartbeats.splice(0);
    await theirs.sweep();
    expect(owners(ours)).toEqual(['ours', 'ours', 'theirs']);
    expect(theirs.messages).toEqual([]);
    await ours.ports.clock.advance(5 * MINUTE);
    await ours.sweep();
    await ours.ports.clock.advance(6 * MINUTE);
    await ours.sweep();
    expect(ours.messages.filter((part) => part.run === run)).toHaveLength(3);
    await ours.collectAll();
    expect(ours.tasks.get('token')).toMatchObject({ kind: 'success' });
    expect(theirs.tasks.get('token')).toBe('waiting');
    expect((await loadRun(theirs.ports.ledger, other)).body.state).toBe('running');
  });

  it('tell nobody of the other what a refusal of their own is', async () => {
    const { ours, theirs } = await twoStacks();
    ours.ports.service.refusals.push({ reason: 'denied' });
    await ours.ports.clock.advance(61_000);
    await ours.kickEnded();
    expect(ours.lines.join('')).not.toContain('could not be told');
    const waiting = [ours.tasks.get('token'), theirs.tasks.get('token')];
    expect(waiting).toContain('waiting');
    expect(theirs.tasks.get('token')).toBe('waiting');
  });
});

it('a prefix of each is its own, whatever the other calls his', async () => {
  const { theirs } = await twoStacks();
  await expect(theirs.prepare({ ...INPUT, prompt: 'b {text}' })).rejects.toMatchObject({ code: expect.stringMatching(/^BR-E/) });
});
