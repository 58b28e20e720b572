import { memoryPorts } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import type { ModelAnswer, ModelRuntime } from '../ports/index.ts';
import { createOnDemandCalls } from './on-demand-calls.ts';

const CALL = { modelId: 'model', invocationType: 'InvokeModel', body: new Uint8Array(0) } as const;
const ANSWER: ModelAnswer = { output: new Uint8Array(0) };
const failed = (errorCode: number): ModelAnswer => ({ errorCode, errorMessage: 'no' });

/** Calls to a model that says these things in turn, and then the last of them for ever. */
function callsTo(said: readonly ModelAnswer[], places = 4) {
  let asked = 0;
  const waits: number[] = [];
  const runtime: ModelRuntime = { ask: async () => said[Math.min(asked++, said.length - 1)] ?? ANSWER };
  const { random } = memoryPorts();
  const clock = { now: () => 0, sleep: async (ms: number) => void waits.push(ms) };
  return { calls: createOnDemandCalls({ clock, random, runtime }, places), asked: () => asked, waits };
}

describe('a call on demand', () => {
  it('is tried again where it is too much or the service fails, longer after each time', async () => {
    const { calls, waits } = callsTo([failed(429), failed(500), failed(503), ANSWER]);
    expect(await calls.ask(CALL)).toBe(ANSWER);
    expect(waits).toHaveLength(3);
    expect(waits[2]).toBeGreaterThan(waits[0] ?? 0);
  });

  it('ends with the error of its record at once', async () => {
    const { calls, asked } = callsTo([failed(400)]);
    expect(await calls.ask(CALL)).toEqual(failed(400));
    expect(asked()).toBe(1);
  });

  it.each([
    [429, 10],
    [503, 10],
    [500, 4],
  ])('is not tried for ever: %d ends it after %d tries', async (code, tries) => {
    const { calls, asked } = callsTo([failed(code)]);
    expect(await calls.ask(CALL)).toEqual(failed(code));
    expect(asked()).toBe(tries);
  });
});

describe('the places', () => {
  it('are never more than asked for, and are given on when the work is done', async () => {
    const { calls } = callsTo([ANSWER], 2);
    let open = 0;
    let most = 0;
    const done: Promise<void>[] = [];
    for (let i = 0; i < 20; i++) {
      const work = async (): Promise<void> => {
        most = Math.max(most, ++open);
        for (let turns = 0; turns < 5; turns++) await Promise.resolve();
        open--;
      };
      done.push((await calls.place(work)).done);
    }
    await Promise.all(done);
    expect(most).toBe(2);
  });

  it('are fewer where the model is asked too much, and one at least', async () => {
    const { calls } = callsTo([failed(429)], 8);
    await calls.ask(CALL);
    const first = await calls.place(() => new Promise<void>(() => undefined));
    let isTaken = false;
    void calls
      .place(async () => undefined)
      .then(() => {
        isTaken = true;
      });
    for (let turns = 0; turns < 10; turns++) await Promise.resolve();
    expect(first.done).toBeInstanceOf(Promise);
    expect(isTaken).toBe(false);
  });
});
