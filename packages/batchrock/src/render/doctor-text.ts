import type { Paint } from '../cli/terminal.ts';
import type { CheckResult } from '../doctor/run-checks.ts';
import { pad, printable } from './width.ts';

const SIGNS = { ok: '✓', warn: '!', fail: '✗', skipped: '·' } as const;

/** Wide enough for the longest name of a check. */
const NAME_WIDTH = 20;

/** One check: its sign, what it is about and what was found, with its Region where there are several; below that what to do. */
export function renderCheck({ id, region, state, message, remedy }: CheckResult, paint: Paint): readonly string[] {
  const colour = { ok: paint.green, warn: paint.yellow, fail: paint.red, skipped: paint.dim }[state];
  const where = region === undefined ? '' : `${region}: `;
  const line = `${colour(SIGNS[state])} ${pad(id, NAME_WIDTH, 'left')} ${where}${printable(message)}`;
  return remedy === undefined ? [line] : [line, `${' '.repeat(NAME_WIDTH + 3)}→ ${printable(remedy)}`];
}
