import { describe, expect, it } from 'vitest';
import { type CallFilter, isAroundCreate, SCOPES, searchScope } from './scopes.ts';

describe('the search of a small world', () => {
  it('tries every fault at each call that is asked for, and none of them breaks a promise', async () => {
    const tried = new Set<string>();
    const report = await searchScope(SCOPES[0]!, {
      depth: 1,
      at: (calls, index) => {
        const { what, who, n } = calls[index]!;
        if (!what.startsWith('service.create')) return false;
        tried.add(`${who} ${what} ${n}`);
        return true;
      },
    });
    expect(tried.size).toBe(1);
    expect(report).toEqual({ runs: 6, failures: [] });
  });

  it('goes from the intent of a job to the commit that records it, and no further, around a Create', async () => {
    const tried: string[] = [];
    const at: CallFilter = (calls, index) => {
      if (isAroundCreate(calls, index)) tried.push(calls[index]!.what);
      return false;
    };
    await searchScope(SCOPES[0]!, { depth: 1, at });
    const ledger = tried.filter((what) => what.startsWith('ledger.commit'));
    expect(tried).toHaveLength(6);
    expect(ledger.map((what) => what.includes(' NAME#'))).toEqual([true, false]);
    expect([tried.indexOf(ledger[0]!), tried.findIndex((what) => what.startsWith('service.create'))]).toEqual([0, 2]);
    expect(tried.indexOf(ledger[1]!)).toBe(5);
  });
});
