import { describe, expect, it } from 'vitest';
import { Queue, records } from './testing/queue.ts';

const NOTHING = { batchItemFailures: [] };

describe('a file that is put below to-process/', () => {
  it('goes through as many jobs as it needs, and its results lie in order beside a summary', async () => {
    const world = new Queue();
    expect(await world.put('reviews/may.jsonl', records(250))).toEqual(NOTHING);
    expect(await world.file('reviews/may.jsonl')).toMatchObject({
      status: 'InProgress',
      name: 'reviews/may',
      size: records(250).length,
      priority: 'normal',
      results: 'processed/reviews/may/',
    });
    expect(world.ports.service.jobs).toHaveLength(2);
    expect(world.ports.service.jobs[0]?.spec.jobName).toMatch(/^reviews-may-/);
    await world.pass();
    const file = await world.file('reviews/may.jsonl');
    expect(file).toMatchObject({
      status: 'Completed',
      attempt: 1,
      counts: { rows: 250, succeeded: 250, failed: 0, rejected: 0, truncated: 0 },
      tokens: { input: expect.any(Number), output: expect.any(Number) },
      costUsd: expect.any(Number),
      endedAt: expect.any(Number),
    });
    expect(file).not.toHaveProperty('isEnding');
    const files = ['processed/reviews/may/0000.jsonl.out', 'processed/reviews/may/0001.jsonl.out'];
    expect(world.ports.objects.keys('processed/')).toEqual([...files, 'processed/reviews/may/summary.json']);
    const lines = files.flatMap((key) => world.results(key));
    expect(lines.map(({ recordId }) => recordId)).toEqual(Array.from({ length: 250 }, (_, i) => `mine-${i}`));
    expect(lines[7]).toMatchObject({ modelInput: { max_tokens: 20 }, modelOutput: { content: expect.anything() } });
    expect(JSON.parse(world.ports.objects.text('processed/reviews/may/summary.json') ?? '')).toMatchObject({
      schema: 'batchrock.file-summary/1',
      file: file.file,
      run: file.run,
      status: 'Completed',
      files,
    });
    expect(world.notices.map(({ subject }) => subject)).toEqual(['Completed: reviews/may']);
    expect(world.inbox.text('memory-bucket', 'to-process/reviews/may.jsonl')).toBeDefined();
  });

  it('is found by its status without a scan, and swept no more when it is at its end', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120));
    const shelf = (status: string) =>
      world.ports.ledger.page({ index: 'open', at: `files#memory-bucket#${status}` }).then(({ items }) => items.length);
    expect([await shelf('InProgress'), await shelf('Completed')]).toEqual([1, 0]);
    await world.pass();
    expect([await shelf('InProgress'), await shelf('Completed'), await shelf('Ending')]).toEqual([0, 1, 0]);
    expect(await world.sweep()).toEqual({ runs: 0, swept: 0, failed: 0 });
  });
});
