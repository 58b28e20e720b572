import { Buffer } from 'node:buffer';
import type { ReadPosition } from '@batchrock/core';
import { bytesSource, poisonedSource, readRows, type SeenRow } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from './json-scanner.ts';
import { type JsonlOptions, openJsonl } from './jsonl-open.ts';

async function open(content: string | Uint8Array, options: JsonlOptions = {}) {
  return openJsonl(bytesSource(Buffer.from(content as string)), { name: 'in.jsonl', ...options });
}

async function read(content: string | Uint8Array, options: JsonlOptions = {}): Promise<SeenRow[]> {
  return readRows(await open(content, options));
}

/** The reason why a line is refused that stands below a good one. */
async function refusal(line: string | Uint8Array): Promise<string | undefined> {
  const rows = await read(Buffer.concat([Buffer.from('{"a":1}\n'), Buffer.from(line as string)]));
  return rows[1]?.reject && `${rows[1].reject}: ${rows[1].why}`;
}

describe('openJsonl', () => {
  it('hands values on as they are written: escapes, numbers, nested values', async () => {
    const line = '{ "id" : 9007199254740993 , "t":"a\\u0041\\n\\"é🧗","n":-1.50e+3,"l":[1, {"x":"]}"}],"z":null,"o":{}, "e":""}';
    const rows = await read(line);
    expect(rows[0]?.cells).toEqual(['9007199254740993', 'aA\n"é🧗', '-1.50e+3', '[1, {"x":"]}"}]', 'null', '{}', '']);
  });

  it('takes CRLF, blank lines, a byte order mark and no line end at the end', async () => {
    const rows = await read('\ufeff{"a":1}\r\n\r\n  \n\t{"a":2}\n\n{"a":3}');
    expect(rows.map((row) => [row.line, row.byte, row.cells[0], Buffer.from(row.raw).toString()])).toEqual([
      [1, 3, '1', '{"a":1}\r\n'],
      [4, 17, '2', '\t{"a":2}\n'],
      [6, 27, '3', '{"a":3}'],
    ]);
  });

  it('grows columns in order of first sight, and leaves absent what a row does not have', async () => {
    const reader = await open('{"b":1,"a":2}\n{"a":3}\n{"c":4,"b":5}\n{}\n{"a":6,"b":7,"c":8}\n');
    const rows = await readRows(reader);
    expect(reader.columns).toEqual(['b', 'a', 'c']);
    expect(rows.map((row) => row.cells)).toEqual([
      ['1', '2'],
      [undefined, '3'],
      ['5', undefined, '4'],
      [undefined, undefined, undefined],
      ['7', '6', '8'],
    ]);
  });

  it('refuses a JSON array, whatever its layout, before any of its lines is a row', async () => {
    for (const content of ['[{"a":1},{"a":2}]', '\ufeff \n[\n {"a":1},\n {"a":2}\n]\n']) {
      await expect(open(content)).rejects.toMatchObject({ code: 'BR-E0114', message: expect.stringContaining('JSON array') });
    }
  });

  it('takes a key for the same however it is escaped', async () => {
    const reader = await open('{"a\\u0062":1,"é":2}\n{"ab":3,"\\u00e9":4}\n{"__proto__":5}\n');
    const rows = await readRows(reader);
    expect(reader.columns).toEqual(['ab', 'é', '__proto__']);
    expect(rows[1]?.cells.slice(0, 2)).toEqual(['3', '4']);
  });

  it('does not make columns of the keys of rejected rows', async () => {
    const reader = await open('{"a":1}\n{"bad":1,}\n{"x":1,"x":2}\n{"b":2}\n');
    const rows = await readRows(reader);
    expect(reader.columns).toEqual(['a', 'b']);
    expect(rows.map((row) => row.reject)).toEqual([undefined, 'bad_json', 'bad_json', undefined]);
    const foreign = await open(
      Buffer.concat([Buffer.from('{"a":1}\n'), Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d])]),
    );
    expect((await readRows(foreign))[1]?.reject).toBe('not_utf8');
    expect(foreign.columns).toEqual(['a']);
  });

  it('says what is wrong with a line', async () => {
    expect(await refusal('[1]')).toBe('bad_json: an array, not an object');
    expect(await refusal('"x"')).toBe('bad_json: a string, not an object');
    expect(await refusal('-1')).toBe('bad_json: a number, not an object');
    expect(await refusal('null')).toBe('bad_json: null, not an object');
    expect(await refusal('{"a":NaN}')).toBe('bad_json: not JSON at byte 6 of the line');
    expect(await refusal('{"a":"\\u00g9"}')).toBe('bad_json: not JSON at byte 11 of the line');
    expect(await refusal(`{"a":${'["]", '.repeat(500)}`)).toBe(
      'bad_json: more than 500 arrays and objects within each other, at byte 3000 of the line',
    );
    expect(await refusal('{"a":"\\u00[9"}')).toBe('bad_json: not JSON at byte 11 of the line');
    expect(await refusal(`{"a":${'['.repeat(498)}"]{"{`)).toBe('bad_json: not JSON at byte 508 of the line');
    expect(await refusal('{"a":1} {"a":2}')).toBe('bad_json: not JSON at byte 9 of the line');
    expect(await refusal('{"a":"x')).toBe('bad_json: the JSON of the line is not complete');
    expect(await refusal('{"a":1,"b":2,"\\u0061":3}')).toBe('bad_json: the key "a" stands twice');
    expect(await refusal('{"n":1,"n":3}')).toBe('bad_json: the key "n" stands twice');
    expect(await refusal(Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]))).toMatch(/^not_utf8/);
    expect(await refusal(`{"a":${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}}`)).toMatch(/^bad_json/);
    expect(await refusal(`{"a":${'['.repeat(MAX_DEPTH - 1)}${']'.repeat(MAX_DEPTH - 1)}}`)).toBeUndefined();
  });

  it('rejects escapes that stand for half a character, in values, keys and nested strings', async () => {
    const half = (place: number, sequence: string) => `bad_json: half a character, ${sequence}, at byte ${place} of the line`;
    expect(await refusal('{"a":"x\\ud800"}')).toBe(half(8, '\\ud800'));
    expect(await refusal('{"a":"\\uDC00\\ud800"}')).toBe(half(7, '\\uDC00'));
    expect(await refusal('{"a":"\\ud83dx\\ude00"}')).toBe(half(7, '\\ud83d'));
    expect(await refusal('{"a":[{"b":"\\udbff\\ud83d\\ude00"}]}')).toBe(half(13, '\\udbff'));
    expect(await refusal('{"\\udfff":1}')).toBe(half(3, '\\udfff'));
    expect(await refusal('{"a":"\\ud83d\\ude00 \\uD83D\\uDE00 \\ud7ff \\ue000 \\uDBFF\\uDFFF"}')).toBeUndefined();
  });

  it('survives a million open brackets', async () => {
    expect(await refusal(`{"a":${'['.repeat(1_000_000)}`)).toMatch(/^bad_json/);
  });

  it('ends with an error for what is no dataset', async () => {
    await expect(open('')).rejects.toMatchObject({ code: 'BR-E0102', message: 'in.jsonl is empty: it has no rows' });
    await expect(open('\n \r\n')).rejects.toMatchObject({ code: 'BR-E0102' });
    await expect(open(Buffer.from('\ufeff{"a":1}', 'utf16le'))).rejects.toMatchObject({ code: 'BR-E0114' });
    const manyKeys = Array.from({ length: 4_097 }, (_, i) => `{"k${i}":1}`).join('\n');
    const readAll = async (): Promise<void> => {
      const reader = await open(manyKeys);
      while (await reader.next());
    };
    await expect(readAll()).rejects.toMatchObject({ code: 'BR-E0114' });
  });

  it('rejects a line that is too long, whatever the blocks, and skips it in bounded memory', async () => {
    for (const blockBytes of [16, 4096]) {
      const rows = await read(`{"a":1}\n{"a":"${'x'.repeat(500)}"}\n{"a":2}`, { blockBytes, maxRowBytes: 100 });
      expect(rows.map((row) => [row.line, row.byte, row.reject ?? row.cells[0], Buffer.from(row.raw).toString()])).toEqual([
        [1, 0, '1', '{"a":1}\n'],
        [2, 8, 'row_too_long', '{}\n'],
        [3, 517, '2', '{"a":2}'],
      ]);
    }
  });

  it('reads the same rows and columns from the position after any batch', async () => {
    const content = Buffer.from('\ufeff{"a":1}\n\n{"b":2,"a":3}\r\nnot json\n{"c":[4]}\n{"a":5}\n{"d":6,"b":7}');
    const whole = await open(content);
    const rows = await readRows(whole);
    const reader = await openJsonl(poisonedSource(content, [5]), { blockBytes: 8 });
    const positions: ReadPosition[] = [{ ...reader.position, columns: [] }];
    while (await reader.next()) positions.push({ ...reader.position, columns: [...reader.columns] });
    expect(positions.length).toBeGreaterThan(4);
    for (const from of positions) {
      const rest = await open(content.subarray(from.byte), { from });
      const seen = await readRows(rest);
      expect(rest.columns).toEqual(whole.columns);
      expect(seen.map((row) => [row.line, row.byte, row.raw])).toEqual(
        rows.slice(from.ordinal).map((row) => [row.line, row.byte, row.raw]),
      );
    }
  });
});

describe('against JSON.parse', () => {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '\\',
    '"a"',
    '"b":',
    '1',
    '-',
    '0',
    '.5',
    'e',
    'E+1',
    'true',
    'null',
    ' ',
    '\t',
    '\\u00e9',
    '\\u12',
    '\\ud83d',
    '\\uDE00',
    'é',
    '\u0001',
    '{"a":',
    '"}',
  );
  const soup = fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join(''));
  const damaged = fc
    .tuple(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.constantFrom('', ',', '"', '0', ' ', '\\', '}', 'é'))
    .map(([value, at, insert]) => {
      const text = JSON.stringify({ a: value });
      const place = at % (text.length + 1);
      return text.slice(0, place) + insert + text.slice(place + (at % 2));
    });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

  it('accepts exactly the objects that JSON.parse accepts and that have no key twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(soup, damaged), sizes, async (line, chunks) => {
        const source = poisonedSource(Buffer.from(`{"a":1}\n${line}`), chunks);
        const rows = await readRows(await openJsonl(source, { blockBytes: 8 }));
        const expected = topLevel(line);
        if (line.trim() === '') return void expect(rows).toHaveLength(1);
        expect(rows).toHaveLength(2);
        if (!expected) return void expect(rows[1]?.reject).toBe('bad_json');
        expect(rows[1]?.reject).toBeUndefined();
        expect(rows[1]?.cells.filter((cell) => cell !== undefined).length).toBe(Object.keys(expected).length);
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the values that JSON.parse finds', async () => {
    const rowsOf = fc.array(fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 5 }), fc.jsonValue(), { maxKeys: 5 }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(rowsOf, sizes, async (objects, chunks) => {
        const content = objects.map((object) => JSON.stringify(object)).join('\n');
        const reader = await openJsonl(poisonedSource(Buffer.from(content), chunks), { blockBytes: 16 });
        const rows = await readRows(reader);
        expect(rows).toHaveLength(objects.length);
        rows.forEach((row, i) => {
          const object = objects[i] as Record<string, unknown>;
          const values = reader.columns.map((name) => (Object.hasOwn(object, name) ? object[name] : undefined));
          const seen = values.map((value, c) => {
            const cell = row.cells[c];
            return cell === undefined || typeof value === 'string' ? cell : JSON.parse(cell);
          });
          expect(seen).toEqual(values.map((value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))));
        });
      }),
      { numRuns: 400 },
    );
  });
});

/** The object in a line; undefined when it is none, when it has a key twice, or half a character. */
function topLevel(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const isText = [...line.matchAll(/"(?:[^"\\]|\\.)*"/g)].every(([token]) => (JSON.parse(token) as string).isWellFormed());
    return isText && countKeys(line) === Object.keys(value).length ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Top-level keys of valid JSON, doubled ones counted: colons outside strings at depth one. */
function countKeys(line: string): number {
  let depth = 0;
  let count = 0;
  for (const [token] of line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1) count++;
  }
  return count;
}
