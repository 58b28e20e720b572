import { describe, expect, it } from 'vitest';
import { parseChangePayload } from './payload.ts';

describe('what change-file is asked', () => {
  it('is a change of a file, or a new one', () => {
    expect(parseChangePayload({ do: 'pause', file: 'f-0123456789' })).toEqual({ do: 'pause', file: 'f-0123456789' });
    expect(parseChangePayload({ do: 'enqueue', bucket: 'b', key: 'in/a.jsonl', model_id: null })).toEqual({
      do: 'enqueue',
      bucket: 'b',
      key: 'in/a.jsonl',
      name: 'in/a',
    });
    const all = {
      model_id: 'm',
      name: 'x/y',
      priority: 'high',
      weight: 0.5,
      timeout_hours: 72,
      output: { bucket: 'o', prefix: 'p' },
      token: 't',
    };
    expect(parseChangePayload({ do: 'enqueue', bucket: 'b', key: 'k', ...all })).toEqual({
      do: 'enqueue',
      bucket: 'b',
      key: 'k',
      modelId: 'm',
      name: 'x/y',
      priority: 'high',
      weight: 0.5,
      timeoutHours: 72,
      output: { bucket: 'o', prefix: 'p/' },
      token: 't',
    });
    const named = parseChangePayload({
      do: 'enqueue',
      bucket: 'b',
      key: 'to-process/a.jsonl',
      output: { bucket: 'o', prefix: 'p/' },
    });
    expect(named).toMatchObject({ name: 'a', output: { prefix: 'p/' } });
  });

  it.each([
    [undefined, 'BR-E0112', /do is undefined; allowed: pause, resume, cancel, retry, pause-queue, resume-queue, enqueue/],
    [{ do: 'stop', file: 'f' }, 'BR-E0112', /do is "stop"/],
    [{ do: 'pause' }, 'BR-E0112', /file is missing/],
    [{ do: 'pause', file: 'f', fiel: 1 }, 'BR-E0112', /unknown key "fiel"; did you mean file/],
    [{ do: 'enqueue', key: 'a.jsonl' }, 'BR-E0112', /bucket is missing/],
    [{ do: 'enqueue', bucket: 'b' }, 'BR-E0112', /key is missing/],
    [{ do: 'enqueue', bucket: 'b', key: 'a.csv' }, 'BR-E0117', /no \.jsonl file/],
    [{ do: 'enqueue', bucket: 'b', key: 'a.jsonl', name: '../x' }, 'BR-E0120', /name is "\.\.\/x"/],
    [{ do: 'enqueue', bucket: 'b', key: 'a.jsonl', priority: 'urgent' }, 'BR-E0120', /allowed: high, normal, low/],
    [{ do: 'enqueue', bucket: 'b', key: 'a.jsonl', weight: 0 }, 'BR-E0120', /weight is 0; allowed: a number above 0/],
    [
      { do: 'enqueue', bucket: 'b', key: 'a.jsonl', timeout_hours: 23 },
      'BR-E0120',
      /timeout_hours is 23; allowed: .* from 24 to 168/,
    ],
    [{ do: 'enqueue', bucket: 'b', key: 'a.jsonl', output: { prefix: 'p' } }, 'BR-E0112', /bucket is missing/],
    [{ do: 'enqueue', bucket: 'b', key: 'a.jsonl', output: 'o' }, 'BR-E0112', /output is a string; it must be an object/],
  ])('is refused: %j', (payload, code, said) => {
    expect(() => parseChangePayload(payload)).toThrow(said);
    expect(() => parseChangePayload(payload)).toThrow(expect.objectContaining({ code }));
  });
});
