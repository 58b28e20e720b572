import { join } from 'node:path';
import { type Ledger, ledgerKeys, loadRun } from '@batchrock/core';
import { expect, test } from 'vitest';
import { folderWith, localServer, MODEL } from '../../test/cli-harness.ts';
import { openSession } from './session.ts';
import { startRun } from './start-run.ts';

/** Shows what lies under a key as it was before another process changed it, once; from the second look on, as it is. */
function showLate(ledger: Ledger, key: string, change: object): void {
  const get = ledger.get.bind(ledger);
  ledger.get = async (asked, o) => {
    const item = await get(asked, o);
    if (asked !== key || item === undefined) return item;
    ledger.get = get;
    return { ...item, body: { ...(item.body as object), ...change } };
  };
}

test.each([
  ['stopped', { state: 'stopped' }],
  ['paused', { state: 'running', paused: { at: 1 } }],
  ['blocked', { state: 'running', blocked: { code: 'BR-E0501', message: 'denied' } }],
])('a run that was %s when it was found, and that the same command has ended since, has ended', async (_, change) => {
  const cwd = folderWith({ 'in.csv': 'id,text\n1,good\n2,bad\n' });
  const server = await localServer();
  const session = await openSession({ stateDir: join(cwd, 'state'), env: {}, cwd });
  try {
    const request = { dataset: 'in.csv', model: MODEL, prompt: 'Rate: {text}', endpointUrl: server.url, out: 'out.jsonl' };
    const { status } = await startRun(session, request);
    expect((await loadRun(session.ledger, status.run)).body.state).toBe('ended');
    showLate(session.ledger, ledgerKeys.run(status.run), change);
    const again = await startRun(session, request);
    expect(again.status).toEqual(status);
    expect(again.output).toMatchObject({ unchanged: true });
  } finally {
    await session.close();
  }
});
