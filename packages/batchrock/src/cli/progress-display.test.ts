import type { EventBody } from '@batchrock/core';
import { describe, expect, test } from 'vitest';
import { RUNNING } from '../../test/run-status.ts';
import type { Host } from './host.ts';
import type { OutputOptions } from './output-options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { Terminal } from './terminal.ts';

/** A display whose time is set by hand, and what it wrote to standard error, line by line. */
function displayOf(options: OutputOptions & { readonly columns?: number } = {}) {
  let text = '';
  let now = 0;
  const stream = {
    isTTY: options.columns !== undefined,
    columns: options.columns,
    write(more: string | Uint8Array): boolean {
      text += String(more);
      return true;
    },
  };
  const host = { stdout: stream, stderr: stream, stdin: {}, env: {} } as unknown as Host;
  const clock = () => now;
  const display = new ProgressDisplay(new Terminal(host, options, clock), { now: clock });
  return {
    display,
    lines: () => text.split('\n').filter((line) => line !== ''),
    at(ms: number) {
      now = ms;
    },
  };
}

const event = (kind: EventBody['kind'], more: Partial<EventBody> = {}): EventBody => ({
  run: 'r-7f3',
  seq: 1,
  at: 0,
  kind,
  ...more,
});

/** A status with so many jobs done of 1,000. */
const done = (jobs: number) => ({ ...RUNNING, succeeded: jobs, jobs: { ...RUNNING.jobs, done: jobs, total: 1000 } });

describe('jobs that came to nothing', () => {
  const DENIED = 'Failed: not authorized to perform: kms:Decrypt';
  const endings = ['Completed', DENIED, 'Expired', DENIED, 'Stopped', 'Failed: 3', 'Failed: 4', 'Failed: 5', 'Failed: 6'];

  test.each([undefined, 120])('are told of by what they said, once each, and a few of them (columns: %s)', (columns) => {
    const { display, lines } = displayOf(columns === undefined ? {} : { columns });
    endings.forEach((message, part) => {
      display.show({ phase: 'event', event: event('ended', { part, message }) });
    });
    const said = lines().map((line) => /ended: (.*)$/.exec(line)?.[1] ?? line.trim());
    const remedy = 'batchrock doctor looks for what the role of jobs may not do';
    expect(said).toEqual([DENIED, remedy, 'Expired', 'Failed: 3', 'Failed: 4', 'Failed: 5']);
  });
});

describe('a log', () => {
  test('says every half minute how far reading, packing and joining are, and nothing of what is over sooner', () => {
    const { display, lines, at } = displayOf();
    for (let second = 0; second < 25; second++) {
      at(second * 1000);
      display.show({ phase: 'hashing', bytes: second * 1e8, totalBytes: 25e8 });
    }
    for (let second = 25; second <= 100; second++) {
      at(second * 1000);
      display.show({ phase: 'preparing', run: 'r-7f3', rows: (second - 25) * 1000, share: (second - 25) / 75 });
    }
    expect(lines()).toEqual([
      '1970-01-01T00:00:55Z run r-7f3 preparing: 40 % · 30,000 rows · 1.0 k rows/s · 45 s left',
      '1970-01-01T00:01:25Z run r-7f3 preparing: 80 % · 60,000 rows · 1.0 k rows/s · 15 s left',
    ]);
  });

  test('sums up what single jobs do: a line for each change of the counts, one a second at most', () => {
    const { display, lines, at } = displayOf();
    // 1,000 jobs end within ten seconds, each with an event and a status
    for (let job = 0; job < 1000; job++) {
      at(job * 10);
      display.show({ phase: 'event', event: event('ended', { part: job, attempt: 1, jobArn: `a/${job}` }) });
      display.show({ phase: 'running', status: done(job) });
    }
    expect(lines()).toHaveLength(10);
    for (const line of lines()) expect(line).toMatch(/^1970-01-01T00:00:0\dZ r-7f3 \d+ % of .* \d+ of 1,000 done/);
  });

  test('says that a run has finished behind its last counts, however soon they follow others', () => {
    const { display, lines, at } = displayOf();
    display.show({ phase: 'running', status: done(990) });
    at(10);
    display.show({ phase: 'event', event: event('finished') });
    display.show({ phase: 'running', status: { ...done(1000), state: 'ended' } });
    display.end();
    expect(lines().map((line) => line.slice(21))).toEqual([
      expect.stringMatching(/^r-7f3 \d+ % of/),
      expect.stringMatching(/^r-7f3 100 % of .* 1,000 of 1,000 done/),
      'r-7f3 finished',
    ]);
  });

  test('says again every half minute how a run stands that does not change', () => {
    const { display, lines, at } = displayOf();
    for (let second = 0; second < 120; second++) {
      at(second * 1000);
      display.show({ phase: 'running', status: done(3) });
    }
    expect(lines().map((line) => line.slice(0, 20))).toEqual(
      ['00:00', '00:30', '01:00', '01:30'].map((time) => `1970-01-01T00:${time}Z`),
    );
  });

  test('tells with -v what each job does, and always what the whole run does', () => {
    const kinds: readonly EventBody['kind'][] = [
      'prepared',
      'submitting',
      'submitted',
      'ended',
      'collected',
      'generation',
      'finished',
    ];
    const said = (options: OutputOptions) => {
      const { display, lines } = displayOf(options);
      for (const kind of kinds) display.show({ phase: 'event', event: event(kind, { part: 7, attempt: 2, message: kind }) });
      display.end();
      return lines().map((line) => line.split(' ').slice(2).join(' '));
    };
    const whole = ['prepared: prepared', 'attempt 2 begins: generation', 'finished: finished'];
    expect(said({})).toEqual(whole);
    expect(said({ verbose: 1 })).toHaveLength(kinds.length);
    expect(said({ quiet: true })).toEqual([]);
    // on a terminal the live line tells the rest
    const { display, lines } = displayOf({ columns: 100 });
    for (const kind of kinds) display.show({ phase: 'event', event: event(kind, { part: 7, attempt: 2 }) });
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toContain('attempt 2 begins');
  });
});
