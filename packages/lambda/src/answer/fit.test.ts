import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from './answer.ts';
import { fit } from './fit.ts';

function answerOf(files: number): Answer {
  const keys = Array.from({ length: files }, (_, i) => `output/täst/abcdefghijkl/${String(i).padStart(6, '0')}.jsonl.out`);
  return { status: 'Completed', bucket: 'out', keys, job_arn: 'arn', job_name: 'n', manifest_key: 'k', model_id: 'm' };
}

describe('an answer', () => {
  it('is returned whole where it fits', () => {
    expect(fit(answerOf(3), { manifestCount: 1, answerKey: 'a' })).toEqual({ output: JSON.stringify(answerOf(3)) });
  });

  it('of thousands of files goes to the bucket and is pointed to', () => {
    const { output, object } = fit(answerOf(6000), { manifestCount: 1, answerKey: 'output/x/answers/n.json' });
    expect(object).toEqual({ bucket: 'out', key: 'output/x/answers/n.json', body: JSON.stringify(answerOf(6000)) });
    const { keys: _, ...rest } = answerOf(0);
    expect(JSON.parse(output)).toEqual({
      ...rest,
      keys_location: { bucket: 'out', key: 'output/x/answers/n.json' },
      key_count: 6000,
    });
  });

  it('keeps within its share of what a Map may return, counted in bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat({ max: 8000 }), (manifestCount, files) => {
        const { output, object } = fit(answerOf(files), { manifestCount, answerKey: 'output/x/answers/n.json' });
        expect(Buffer.byteLength(output)).toBeLessThanOrEqual(Math.min(250_000, 240_000 / manifestCount));
        expect(object?.body ?? output).toBe(JSON.stringify(answerOf(files)));
      }),
      { numRuns: 40 },
    );
  });

  it('is counted in bytes, of which a character may be several', () => {
    const wide = { ...answerOf(0), keys: ['ä'.repeat(200_000)] };
    expect(fit(wide, { manifestCount: 1, answerKey: 'a' }).object?.body).toBe(JSON.stringify(wide));
  });

  it('is a bare pointer where a thousand others are returned beside it', () => {
    const long = { ...answerOf(1), model_id: 'm'.repeat(200), error: 'Stopped', cause: 'c'.repeat(500), status: 'Stopped' };
    const { output } = fit(long, { manifestCount: 1000, answerKey: 'a' });
    expect(JSON.parse(output)).toEqual({
      status: 'Stopped',
      bucket: 'out',
      error: 'Stopped',
      keys_location: { bucket: 'out', key: 'a' },
      key_count: 1,
    });
  });
});
