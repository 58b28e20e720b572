import type { EventBody } from '@batchrock/core';
import { expect, test } from 'vitest';
import { renderEventLine } from './progress-line.ts';

const AT = Date.UTC(2026, 10, 21, 8, 42, 58);

function said(kind: string, message?: string): string {
  return renderEventLine({ run: 'r-1', at: AT, kind, ...(message === undefined ? {} : { message }) } as EventBody);
}

test('a stop is told by what becomes of the jobs in flight', () => {
  expect(said('stopping', 'drain')).toBe(
    '2026-11-21T08:42:58Z r-1 stopping: nothing more is sent, jobs in flight end by themselves',
  );
  expect(said('stopping', 'stop')).toContain('stopping: nothing more is sent, jobs in flight are stopped too');
  expect(said('stopped', 'abandon')).toContain('stopped: jobs in flight are left alone');
  expect(said('stopped')).toBe('2026-11-21T08:42:58Z r-1 stopped');
});
