import { describe, expect, it } from 'vitest';
import { createLog } from './index.ts';

function linesAt(level: string | undefined): unknown[] {
  const lines: unknown[] = [];
  const log = createLog(
    level,
    (line) => lines.push(JSON.parse(line)),
    () => 0,
  );
  for (const each of ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const) log(each, 'x', { count: 1 });
  return lines;
}

describe('a log', () => {
  it('writes a line of JSON for each event', () => {
    expect(linesAt('ERROR')).toEqual([{ time: '1970-01-01T00:00:00.000Z', level: 'ERROR', message: 'x', count: 1 }]);
  });

  it('leaves out what is below its level, which is INFO where none is given or known', () => {
    expect(linesAt('DEBUG')).toHaveLength(4);
    expect(linesAt('warn')).toHaveLength(2);
    expect(linesAt(undefined)).toHaveLength(3);
    expect(linesAt('LOUD')).toHaveLength(3);
  });
});
