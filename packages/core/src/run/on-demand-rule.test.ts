import { endedPart, wayBackDocument } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import type { ModelRuntime } from '../ports/index.ts';
import { goesOnDemand, pricedRecords, tailOf } from './on-demand-rule.ts';

const NOW = 1_000_000;
const runtime: ModelRuntime = { ask: () => Promise.reject(new Error('nobody asks')) };
const ports = { clock: { now: () => NOW, sleep: () => Promise.resolve() }, runtime };
const whole = endedPart(wayBackDocument(), { records: 100, state: 'ready' });
const small = { ...whole, records: 40, sentinels: 60 };

describe('what goes on demand', () => {
  it('is below the minimum, or late, of a run that asks for it, where a model can be asked', () => {
    const tail = {};
    expect(goesOnDemand(ports, { tail }, small)).toBe(true);
    expect(goesOnDemand(ports, { tail }, whole)).toBe(false);
    expect(goesOnDemand(ports, {}, small)).toBe(false);
    expect(goesOnDemand({ clock: ports.clock }, { tail }, small)).toBe(false);
    expect(goesOnDemand(ports, { tail: { deadlineAt: NOW } }, whole)).toBe(true);
    expect(goesOnDemand(ports, { tail: { deadlineAt: NOW + 1 } }, whole)).toBe(false);
    expect(goesOnDemand(ports, { tail: { deadlineAt: NOW } }, { ...whole, records: 0 })).toBe(false);
  });

  it('is late by the begin of its run', () => {
    expect(tailOf({ createdAt: 5000, asked: { tail: { deadlineMs: 1000, concurrency: 3 } } })).toEqual({
      tail: { deadlineAt: 6000, concurrency: 3 },
    });
    expect(tailOf({ createdAt: 5000, asked: { slots: 1 } })).toEqual({});
  });

  it('counts in budgets as so many records of jobs as cost the same', () => {
    const price = { input: 3, output: 9, source: 'test', date: '2026-11-22' };
    const dear = { ...small, onDemand: true } as const;
    expect(pricedRecords(small, price)).toBe(40);
    expect(pricedRecords(dear, price)).toBe(80);
    expect(pricedRecords(dear, price, 10)).toBe(20);
    expect(pricedRecords(dear, { ...price, batch: { input: 1, output: 3 } })).toBe(120);
    expect(pricedRecords(dear, undefined)).toBe(80);
  });
});
