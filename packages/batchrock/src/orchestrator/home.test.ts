import { MemoryLedger, memoryPorts } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { changeHome, findHome, type Home, loadHome, openHomes, withWaiting } from './home.ts';

const home = (run: string): Home => ({
  run,
  bucket: 'bucket',
  execution: 'arn',
  started: 'now',
  askedAt: 1,
  jobNamePrefix: 'p',
  resultsFormat: 'csv',
  waiting: [],
  isOpen: true,
});

describe('the home of a run', () => {
  it('is found by its run, and among those of its bucket while it is open', async () => {
    const ports = memoryPorts();
    expect(await findHome(ports, 'r-1')).toBeUndefined();
    await expect(loadHome(ports, 'r-1')).rejects.toMatchObject({ code: 'BR-E0201' });
    for (const run of ['r-2', 'r-1']) await changeHome(ports, run, () => home(run));
    await changeHome(ports, 'r-3', () => ({ ...home('r-3'), bucket: 'another' }));
    expect((await openHomes(ports, 'bucket')).map(({ run }) => run)).toEqual(['r-1', 'r-2']);
    await changeHome(ports, 'r-1', (there) => there && { ...there, isOpen: false });
    expect((await openHomes(ports, 'bucket')).map(({ run }) => run)).toEqual(['r-2']);
    expect(await loadHome(ports, 'r-1')).toEqual({ ...home('r-1'), isOpen: false });
  });

  it('loses no change of two that are made at once', async () => {
    const ports = memoryPorts();
    await changeHome(ports, 'r-1', () => home('r-1'));
    const add = (token: string) => changeHome(ports, 'r-1', (there) => there && withWaiting(there, token, 2));
    await Promise.all(['a', 'b', 'c', 'b'].map(add));
    expect([...(await loadHome(ports, 'r-1')).waiting].sort()).toEqual(['a', 'b', 'c']);
  });

  it('keeps the newest tasks, and says when it was first followed', () => {
    let now = home('r-1');
    for (let i = 0; i < 30; i++) now = withWaiting(now, `t${i}`, 100 + i);
    expect(now.waiting).toHaveLength(20);
    expect(now.waiting.at(-1)).toBe('t29');
    expect(now.followedAt).toBe(100);
  });

  it('of another version is not read', async () => {
    const ledger = new MemoryLedger();
    const put = { key: 'HOME#r-1', schema: 'home/2', body: {}, indexes: [] };
    await ledger.commit([{ put, expect: 'absent' }]);
    await expect(findHome({ ledger }, 'r-1')).rejects.toMatchObject({ code: 'BR-E0205' });
  });
});
