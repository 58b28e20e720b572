import { expect, test } from 'vitest';
import { allowedFields, LOG_FIELDS } from './fields.ts';
import { createEntryLog, createLog, type LogEntry } from './log.ts';
import { redacted } from './redacted.ts';

test('what is not on the list is dropped, whatever it is called, and so is what is no text or number', () => {
  const listed = Object.fromEntries([...LOG_FIELDS].map((name) => [name, /^(part|attempt|index|count)$/.test(name) ? 1 : 'x']));
  const foreign = [
    'prompt',
    'system',
    'row',
    'cell',
    'text',
    'modelInput',
    'modelOutput',
    'response',
    'taskToken',
    'credentials',
  ];
  const others = [
    'secretAccessKey',
    'sessionToken',
    'authorization',
    'url',
    'webhook',
    'constructor',
    '__proto__',
    'Run',
    'run ',
  ];
  const given = { ...listed, ...Object.fromEntries([...foreign, ...others].map((name) => [name, 'zp4711'])) };
  const said = allowedFields(given);
  expect(Object.keys(said).filter((name) => !LOG_FIELDS.has(name))).toEqual([]);
  expect(JSON.stringify(said)).not.toContain('4711');
  const odd = { run: { prompt: 'zp4711' }, status: ['zp4711'], part: '4711', code: undefined, model: null };
  expect(allowedFields(odd as never)).toEqual({});
});

test('a line has no field that is not on the list', () => {
  const lines: string[] = [];
  const log = createLog(
    'debug',
    (line) => lines.push(line),
    () => 0,
  );
  log('DEBUG', 'x', { run: 'r-1', prompt: 'zp4711' } as never);
  expect(lines).toEqual(['{"time":"1970-01-01T00:00:00.000Z","level":"DEBUG","message":"x","run":"r-1"}']);
});

test('what is below the level is left out, and an unknown level is INFO', () => {
  const said = (level: string | undefined) => {
    const entries: LogEntry[] = [];
    const log = createEntryLog(
      level,
      (entry) => entries.push(entry),
      () => 0,
    );
    for (const each of ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const) log(each, 'x');
    return entries.map(({ level: of }) => of).join(' ');
  };
  expect(['debug', 'Info', 'WARN', 'error', undefined, 'loud'].map(said)).toEqual([
    'DEBUG INFO WARN ERROR',
    'INFO WARN ERROR',
    'WARN ERROR',
    'ERROR',
    'INFO WARN ERROR',
    'INFO WARN ERROR',
  ]);
});

test.each([
  ['AKIAZC4711ZC4711ZC47 is refused', 'AKIA… is refused'],
  [
    'https://b.s3.amazonaws.com/k?X-Amz-Signature=zc4711&X-Amz-Date=1',
    'https://b.s3.amazonaws.com/k?X-Amz-Signature=…&X-Amz-Date=1',
  ],
  ['Authorization: Bearer zc4711', 'Authorization: Bearer …'],
  ['no answer of http://bob:zc4711@127.0.0.1:9/x', 'no answer of http://…@127.0.0.1:9/x'],
  ['run r-1 of bob@example.com', 'run r-1 of bob@example.com'],
])('%s is told without the credential', (text, told) => {
  expect(redacted(text)).toBe(told);
});

test('a long text is cut', () => {
  expect(redacted('x'.repeat(10_000))).toHaveLength(2_001);
});
