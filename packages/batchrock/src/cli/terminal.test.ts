import { describe, expect, test } from 'vitest';
import type { Host } from './host.ts';
import type { OutputOptions } from './output-options.ts';
import { Terminal } from './terminal.ts';

const CLEAR = '\r\u001b[K';

/** A terminal of 40 columns whose time is set by hand; `null` columns: a pipe. */
function terminalOf(options: OutputOptions = {}, columns: number | null = 40, env: Record<string, string> = {}) {
  const said = { stdout: '', stderr: '' };
  let now = 0;
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: columns !== null,
    columns: columns ?? undefined,
    write(text: string | Uint8Array, done?: () => void): boolean {
      said[name] += String(text);
      done?.();
      return true;
    },
  });
  const host = { stdout: stream('stdout'), stderr: stream('stderr'), stdin: { isTTY: columns !== null }, env } as unknown as Host;
  const terminal = new Terminal(host, options, () => now);
  return {
    terminal,
    said,
    at(ms: number) {
      now = ms;
    },
  };
}

describe('a live line', () => {
  test('is drawn ten times a second at most, and made only then', () => {
    const { terminal, said, at } = terminalOf();
    let made = 0;
    for (let ms = 0; ms < 1000; ms++) {
      at(ms);
      terminal.draw((width) => {
        made++;
        return 'x'.repeat(width);
      });
    }
    expect(made).toBe(10);
    expect(said.stderr.split(CLEAR).slice(1)).toEqual(Array.from({ length: 10 }, () => 'x'.repeat(39)));
    expect(said.stdout).toBe('');
  });

  test('steps aside for a note and for data, and is taken away at the end', async () => {
    const { terminal, said } = terminalOf();
    terminal.draw(() => 'live');
    terminal.note('a note');
    expect(said.stderr).toBe(`${CLEAR}live${CLEAR}a note\n${CLEAR}live`);
    await terminal.data('data\n');
    expect(said).toEqual({ stderr: `${CLEAR}live${CLEAR}a note\n${CLEAR}live${CLEAR}`, stdout: 'data\n' });
    terminal.clear();
    expect(said.stderr.endsWith(`live${CLEAR}`)).toBe(true);
  });

  test.each([
    ['a pipe', {}, null, {}],
    ['a CI system', {}, 40, { CI: 'true' }],
    ['a dumb terminal', {}, 40, { TERM: 'dumb' }],
    ['--json', { json: true }, 40, {}],
    ['--quiet', { quiet: true }, 40, {}],
  ] as const)('is not drawn for %s', (_, options, columns, env) => {
    const { terminal, said } = terminalOf(options, columns, env);
    terminal.draw(() => 'live');
    terminal.warn('a warning');
    expect(said.stderr).toBe('a warning\n');
  });
});

test('nobody is asked without a terminal on both sides, with --json, --no-input or in CI', () => {
  expect(terminalOf().terminal.canAsk).toBe(true);
  expect(terminalOf({}, null).terminal.canAsk).toBe(false);
  expect(terminalOf({ json: true }).terminal.canAsk).toBe(false);
  expect(terminalOf({ input: false }).terminal.canAsk).toBe(false);
  expect(terminalOf({}, 40, { CI: '1' }).terminal.canAsk).toBe(false);
});
