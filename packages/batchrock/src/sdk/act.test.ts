import { loadRun } from '@batchrock/core';
import { expect, test } from 'vitest';
import { folderWith, localServer, MODEL } from '../../test/cli-harness.ts';
import { CSV, patchItem, patchRun, sessionIn } from '../../test/gc-world.ts';
import { retryFailed, stop } from './act.ts';
import type { Session } from './session.ts';
import { advanceRun, submitRun } from './submit.ts';

test('a run whose objects have gone between its opening and its lock is not gone on with', async () => {
  const server = await localServer({ queueMs: 1e9 });
  const cwd = folderWith({ 'in.csv': CSV });
  const session = await sessionIn(cwd);
  const question = { dataset: 'in.csv', model: MODEL, prompt: '{text}', endpointUrl: server.url };
  const { run } = await submitRun(session, question, { yes: true });
  const before = (await loadRun(session.ledger, run)).body;
  // what opens a run reaches its target behind its look at the ledger
  const late: Session = {
    ...session,
    connect: async (target) => {
      await patchItem(session, `RUN#${run}/HOME`, { freed: { at: 0, isDone: true } });
      return session.connect(target);
    },
  };
  for (const [state, act] of [
    ['ended', () => retryFailed(late, run, { all: true })],
    ['running', () => advanceRun(late, run)],
    ['stopping', () => stop(late, run, { mode: 'drain' })],
  ] as const) {
    await patchItem(session, `RUN#${run}/HOME`, { freed: undefined });
    const { seq } = (await loadRun(session.ledger, run)).body;
    await patchRun(session, run, { state, stopMode: state === 'stopping' ? 'drain' : undefined });
    await expect(act(), state).rejects.toMatchObject({ code: 'BR-E0208' });
    expect([state, (await loadRun(session.ledger, run)).body.seq]).toEqual([state, seq]);
  }
  expect((await loadRun(session.ledger, run)).body.seq).toBe(before.seq);
});
