import { describe, expect, it } from 'vitest';
import { SCOPES, searchScope } from './scopes.ts';

describe('the search of a small world', () => {
  it('tries every fault at each call that is asked for, and none of them breaks a promise', async () => {
    const tried = new Set<string>();
    const report = await searchScope(SCOPES[0]!, {
      depth: 1,
      at: ({ what, who, n }) => {
        if (!what.startsWith('service.create')) return false;
        tried.add(`${who} ${what} ${n}`);
        return true;
      },
    });
    expect(tried.size).toBe(1);
    expect(report).toEqual({ runs: 6, failures: [] });
  });
});
