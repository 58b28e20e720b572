import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteView } from './escape-json.ts';
import { skipSoundValue } from './json-sound.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(strict.decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** True when `bytes` are accepted where others stand around them. */
function isSound(bytes: Uint8Array): boolean {
  const block = Buffer.concat([Buffer.from('"'), bytes, Buffer.from('"]}0')]);
  return skipSoundValue(byteView(new Uint8Array(block)), 1, 1 + bytes.length) === 1 + bytes.length;
}

const json = fc
  .tuple(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('', ' ', '\t'))
  .map(([value, space]) => JSON.stringify(value, null, space));

test('any JSON is sound, but for what is left to a parser', () => {
  fc.assert(
    fc.property(json, (text) => {
      expect(isSound(Buffer.from(text)) || /e[+-]?\d{3}/.test(text)).toBe(true);
    }),
  );
  expect(isSound(Buffer.from('"\\ud800 \\u00e9 é"'))).toBe(true);
  for (const [depth, sound] of [
    [64, true],
    [65, false],
  ] as const) {
    expect(isSound(Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`))).toBe(sound);
    expect(isSound(Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`))).toBe(sound);
  }
});

test('what is sound is JSON in UTF-8, whatever bytes are changed, left out or put in', () => {
  const change = fc.record({ at: fc.nat(), kind: fc.constantFrom('set', 'cut', 'put'), byte: fc.integer({ min: 0, max: 255 }) });
  const odd = fc.constantFrom(...Buffer.from('"\\{}[],:0eE.-+tfn \x00\x1f\x80\xc3\xff'));
  const changes = fc.array(fc.tuple(change, fc.option(odd)), { minLength: 1, maxLength: 3 });
  let sound = 0;
  fc.assert(
    fc.property(json, changes, (text, all) => {
      let bytes: Buffer = Buffer.from(text);
      for (const [{ at, kind, byte }, other] of all) {
        const i = at % (bytes.length + 1);
        const put = kind === 'cut' ? [] : [other ?? byte];
        bytes = Buffer.concat([bytes.subarray(0, i), Buffer.from(put), bytes.subarray(kind === 'put' ? i : i + 1)]);
      }
      if (!isSound(bytes)) return;
      sound += 1;
      expect(isJson(bytes), bytes.toString('latin1')).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(sound).toBeGreaterThan(20);
});

test.each([
  '',
  '{',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{,}',
  '[1,]',
  '[,]',
  '[1 2]',
  'tru',
  'nul',
  'truee',
  '01',
  '+1',
  '"\\x"',
  '{"a":1}}',
  '[}',
])('no JSON is not sound: %s', (text) => {
  expect(isSound(Buffer.from(text))).toBe(false);
});
