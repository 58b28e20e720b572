import { Buffer } from 'node:buffer';
import type { ReadPosition, RowBatch } from '@batchrock/core';
import { bytesSource, cellString, poisonedSource, readRows, type SeenRow } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { type CsvOptions, openCsv } from './csv-open.ts';

async function read(content: string | Uint8Array, options: CsvOptions = {}): Promise<SeenRow[]> {
  return readRows(await openCsv(bytesSource(Buffer.from(content as string)), options));
}

async function cells(content: string | Uint8Array, options: CsvOptions = {}) {
  return (await read(content, options)).map((row) => row.cells);
}

describe('openCsv reads values byte for byte', () => {
  it('keeps leading zeros, blanks and empty cells', async () => {
    expect(await cells('id,v\n007, x \n,\n"", \n')).toEqual([
      ['007', ' x '],
      ['', ''],
      ['', ' '],
    ]);
  });

  it('takes newlines, delimiters and doubled quotes inside quotes', async () => {
    expect(await cells('a,b\n"x\ny","1,2"\n"say ""hi""",""""\n')).toEqual([
      ['x\ny', '1,2'],
      ['say "hi"', '"'],
    ]);
  });

  it('takes LF and CRLF mixed, and keeps a lone CR as data', async () => {
    expect(await cells('a,b\r\n1,2\n"3",4\r\n5\r6,7')).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5\r6', '7'],
    ]);
  });

  it('takes lone CR line ends when the header ends with one, and keeps LF as data', async () => {
    const reader = await openCsv(bytesSource(Buffer.from('a,b\r1,"x\ry"\r2\n3,4\r')));
    expect(reader.dialect).toEqual({ format: 'csv', delimiter: ',', header: ['a', 'b'], lineEnd: 'cr' });
    const rows = await readRows(reader);
    expect(rows.map((row) => [row.line, ...row.cells])).toEqual([
      [2, '1', 'x\ry'],
      [4, '2\n3', '4'],
    ]);
  });

  it('drops a byte order mark and knows where rows begin behind it', async () => {
    const rows = await read('\ufeffa,b\n1,2\n');
    expect(rows.map((row) => [row.byte, row.line, ...row.cells])).toEqual([[7, 2, '1', '2']]);
  });

  it('reads every script of Unicode, and names columns in it', async () => {
    const reader = await openCsv(bytesSource(Buffer.from('名前,"Größe ""L"""\nمرحبا,🧗🏽\n')));
    expect(reader.columns).toEqual(['名前', 'Größe "L"']);
    expect((await readRows(reader)).map((row) => row.cells)).toEqual([['مرحبا', '🧗🏽']]);
  });

  it('skips blank lines where there are two columns, and takes them as empty cells where there is one', async () => {
    expect(await cells('a,b\n\n1,2\n\r\n3,4\n\n')).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(await cells('a\n\n1\n""\n')).toEqual([[''], ['1'], ['']]);
  });

  it('counts lines right with newlines in cells and blank lines', async () => {
    const rows = await read('a,"b\nc"\n1,"x\n\ny"\n\n2,3\n"\n","\n"\n4,5\n');
    expect(rows.map((row) => row.line)).toEqual([3, 7, 8, 11]);
  });

  it('keeps the bytes of each row with its line end', async () => {
    const rows = await read('a,b\r\n"1",2\r\n\r\n3,""');
    expect(rows.map((row) => Buffer.from(row.raw).toString())).toEqual(['"1",2\r\n', '3,""']);
  });

  it('takes any ASCII delimiter, and refuses what is none', async () => {
    expect(await cells('a|b\n1,5|"2|3"\n', { delimiter: '|' })).toEqual([['1,5', '2|3']]);
    for (const delimiter of ['', '||', '"', '\n', '→']) {
      await expect(read('a,b\n1,2\n', { delimiter })).rejects.toMatchObject({ code: 'BR-E0120' });
    }
  });

  it('splits at ; tab or | only where the header has no comma, and says so', async () => {
    const semicolon = await openCsv(bytesSource(Buffer.from('a;"b,c"\n1;2\n')), { name: 'x.csv' });
    expect(semicolon.columns).toEqual(['a', 'b,c']);
    expect(semicolon.warnings).toEqual([
      'x.csv: the header has no comma, so columns are split at ";"; --delimiter says otherwise',
    ]);
    expect((await openCsv(bytesSource(Buffer.from('a\tb\n1\t2\n')))).dialect).toMatchObject({ delimiter: '\t' });
    expect((await openCsv(bytesSource(Buffer.from('a|b;|c\n1|2|3\n')))).columns).toEqual(['a', 'b;', 'c']);
    const comma = await openCsv(bytesSource(Buffer.from('a,b;c\n1,2\n')));
    expect([comma.columns, comma.warnings]).toEqual([['a', 'b;c'], []]);
  });
});

describe('openCsv rejects bad rows and goes on', () => {
  it('rejects rows with fewer or more cells, with both numbers', async () => {
    const rows = await read('a,b,c\n1,2\n1,2,3\n1,2,3,4,"5\n6"\n7,8,9\n');
    expect(rows.map((row) => [row.line, row.reject, row.why, row.beyond])).toEqual([
      [2, 'ragged_row', '2 cells, the header has 3', undefined],
      [3, undefined, undefined, undefined],
      [4, 'ragged_row', '5 cells, the header has 3', '"4", "5\\n6"'],
      [6, undefined, undefined, undefined],
    ]);
  });

  it('keeps the cells of a bad row as far as they go, and the rest is absent', async () => {
    const cellsOf = async (row: string, blockBytes: number) => {
      const reader = await openCsv(bytesSource(Buffer.from(`a,b,c\n1,2,3\n${row}7,8,9\n`)), { blockBytes });
      let seen = 0;
      for (let batch = await reader.next(); batch; batch = await reader.next()) {
        const at = 1 - seen;
        if (at < batch.count) return Array.from({ length: 3 }, (_, cell) => cellString(batch as RowBatch, at, cell));
        seen += batch.count;
      }
      throw new Error('no such row');
    };
    for (const blockBytes of [8, 4096]) {
      expect(await cellsOf('4\n', blockBytes)).toEqual(['4', undefined, undefined]);
      expect(await cellsOf('4,5,6,7\n', blockBytes)).toEqual(['4', '5', '6']);
      // a stray quote: what stands before it, and then the line as it stands
      expect(await cellsOf('"x"y,5,6\r\n', blockBytes)).toEqual(['"x"y', '5', '6']);
      expect(await cellsOf('"4",5" pipe,"6"\n', blockBytes)).toEqual(['4', '5" pipe', '"6"']);
      expect(await cellsOf('4,5"\n', blockBytes)).toEqual(['4', '5"', undefined]);
    }
  });

  it('tells the cells that no column takes, up to a few, and apart from why the row is rejected', async () => {
    const told = async (row: string) => (await read(`a,b\n1,2\n${row}\n`))[1];
    const why = '4 cells, the header has 2';
    expect(await told('1,"2",3,"a ""4"" b"')).toMatchObject({ why, beyond: '"3", "a \\"4\\" b"' });
    expect(await told('1,2"x,3')).toMatchObject({ why: expect.stringMatching(/^a quote .*the ones in it$/), beyond: '"3"' });
    const many = await told(`1,2${',x'.repeat(18)}`);
    expect(many?.beyond).toMatch(/^("x", ){15}"x" and 2 more$/);
    expect(await told(`1,2,${'y'.repeat(2000)},z`)).toMatchObject({ why, beyond: `"${'y'.repeat(1000)}…" and 1 more` });
  });

  it('says which columns are not UTF-8, and where', async () => {
    const row = Buffer.concat([Buffer.from('é,'), Buffer.from([0x78, 0xe9, 0x2c, 0xff]), Buffer.from(',ok\n')]);
    const toldOf = async (content: Buffer, blockBytes: number) =>
      (await readRows(await openCsv(bytesSource(content), { blockBytes }))).at(-1);
    for (const blockBytes of [8, 4096]) {
      expect((await toldOf(Buffer.concat([Buffer.from('a,b,c,d\n1,2,3,4\n'), row]), blockBytes))?.why).toBe(
        'column "b" is not UTF-8 (byte 0xe9 at offset 20 of the file), column "c" is not UTF-8 (byte 0xff at offset 22 of the file); save the file as UTF-8',
      );
      expect(await toldOf(Buffer.concat([Buffer.from('a,b,c\n1,2,3\n'), row]), blockBytes)).toMatchObject({
        why: expect.stringMatching(
          /^4 cells, the header has 3; column "b" is not UTF-8 \(byte 0xe9 at offset 16 of the file\), /,
        ),
        beyond: '"ok"',
      });
    }
  });

  it('rejects a stray quote with its line and finds the next row', async () => {
    const rows = await read('a,b\n5" pipe,1\n"x"y,"2\n"z"\r,1\n1,2\n');
    expect(rows.map((row) => [row.line, row.reject])).toEqual([
      [2, 'bad_quote'],
      [3, 'bad_quote'],
      [4, 'bad_quote'],
      [5, undefined],
    ]);
  });

  it('rejects the rows that are not UTF-8, and only those', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) =>
      Buffer.from(i % 137 === 5 ? [0x31, 0x2c, 0xe9, 0x0a] : [0x31, 0x2c, 0x32, 0x0a]),
    );
    const rows = await read(Buffer.concat([Buffer.from('a,b\n'), ...lines]));
    expect(rows).toHaveLength(1000);
    rows.forEach((row, i) => {
      expect(row.reject, `row ${i}`).toBe(i % 137 === 5 ? 'not_utf8' : undefined);
    });
  });

  it('rejects a row that is too long, whatever the blocks, with an empty row in its place', async () => {
    const long = `"${'x\n'.repeat(40)}",2`;
    for (const blockBytes of [16, 64, 4096]) {
      const reader = await openCsv(bytesSource(Buffer.from(`a,b\n1,2\n${long}\n3,4\n`)), { blockBytes, maxRowBytes: 50 });
      const rows = await readRows(reader);
      expect(rows.map((row) => [row.line, row.byte, row.reject, Buffer.from(row.raw).toString()])).toEqual([
        [2, 4, undefined, '1,2\n'],
        [3, 8, 'row_too_long', ',\n'],
        [44, 8 + long.length + 1, undefined, '3,4\n'],
      ]);
      expect(rows[1]?.why).toBe('longer than 50 bytes');
    }
  });
});

describe('openCsv ends with an error that says what to do', () => {
  const failing: readonly (readonly [string, string | Uint8Array, string, RegExp])[] = [
    ['an empty file', '', 'BR-E0102', /^in\.csv is empty$/],
    ['a file of blank lines', '\n\r\n  \n', 'BR-E0102', /is empty/],
    ['a header without rows', 'a,b\n', 'BR-E0102', /^in\.csv has a header and no rows$/],
    ['a header without rows and line end', '\ufeffa,b', 'BR-E0102', /has a header and no rows/],
    ['a header and blank lines', 'a,b\n\n\n', 'BR-E0102', /has a header and no rows/],
    [
      'column names that are empty or doubled, all of them',
      'a,b,a,,a,"",b\n1\n',
      'BR-E0103',
      /column 4 has no name; column 6 has no name; "a" names columns 1, 3 and 5; "b" names columns 2 and 7/,
    ],
    ['a blank line above the header', '\na,b\n1,2\n', 'BR-E0103', /column 1 has no name/],
    [
      'a quote that never closes',
      'a,b\n1,2\n3,"x\n\ny\n4,5\n',
      'BR-E0104',
      /^in\.csv, line 3: the quote that opens here is never closed$/,
    ],
    ['a quote that never closes on a later line of its row', 'a,b\n"1\n2","x\n', 'BR-E0104', /line 3/],
    ['a quote that never closes at the very end', 'a,b\n1,"', 'BR-E0104', /line 2/],
    ['a quote that never closes in the header', 'a,"b\n1,2\n', 'BR-E0104', /line 1/],
    ['a stray quote in the header', 'a,b"c\n1,2"\n', 'BR-E0114', /stray quote/],
    ['UTF-16 with a mark', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), 'BR-E0114', /UTF-16/],
    ['UTF-16 without one', Buffer.from('a,b\n1,2\n', 'utf16le'), 'BR-E0114', /UTF-16/],
    ['more columns than any table has', `${Array.from({ length: 5000 }, (_, i) => `c${i}`)}\n1\n`, 'BR-E0114', /5000 columns/],
    ['a Parquet file', 'PAR1aaaaaaaa', 'BR-E0114', /Parquet/],
    ['a header that is not UTF-8', Buffer.from([0x61, 0xe9, 0x0a, 0x31, 0x0a]), 'BR-E0114', /not UTF-8/],
  ];
  it.each(failing)('%s', async (_, content, code, message) => {
    for (const blockBytes of [7, 4096]) {
      const error = await read(content, { name: 'in.csv', blockBytes }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: 'input', code });
      expect((error as Error).message).toMatch(message);
    }
  });

  it('finds the opening line of a quote that swallows more than memory may hold', async () => {
    const content = `a,b\n1,2\n"x\ny","${'z\n'.repeat(500)}`;
    await expect(read(content, { blockBytes: 32, maxRowBytes: 64, name: 'in.csv' })).rejects.toMatchObject({
      code: 'BR-E0104',
      message: 'in.csv, line 4: the quote that opens here is never closed',
    });
  });

  it('closes the source when it fails', async () => {
    let closed = 0;
    const source = { ...bytesSource(Buffer.from('')), close: async () => void closed++ };
    await expect(openCsv(source)).rejects.toThrow();
    expect(closed).toBe(1);
  });
});

describe('openCsv begins anywhere', () => {
  it('reads the same rows from the position after any batch', async () => {
    const content = Buffer.from(`\ufeffa,b\r\n${'1,"x\ny"\r\n\r\n2\n"3","4"\r\n5,6\n'.repeat(9)}`);
    const whole = await read(content);
    const reader = await openCsv(poisonedSource(content, [11]), { blockBytes: 16 });
    expect(reader.position).toEqual({ byte: 8, line: 2, ordinal: 0 });
    const positions: ReadPosition[] = [reader.position];
    while (await reader.next()) positions.push(reader.position);
    expect(positions.length).toBeGreaterThan(10);
    const { dialect } = reader;
    if (dialect.format !== 'csv') throw new Error('not a CSV dialect');
    for (const from of positions) {
      const rest = await read(content.subarray(from.byte), { from, dialect });
      expect(rest).toEqual(whole.slice(from.ordinal));
    }
  });
});

describe('memory', () => {
  it('does not grow with a line of 60 MB', async () => {
    const block = new Uint8Array(1 << 20).fill(0x78);
    let left = 60;
    const source = {
      async readInto(target: Uint8Array) {
        if (left === 60) {
          left--;
          target.set(Buffer.from('a,b\n1,2\n3,'));
          return 10;
        }
        left--;
        if (left < -1) return 0;
        if (left === -1) {
          target.set(Buffer.from('\n5,6'));
          return 4;
        }
        const length = Math.min(block.length, target.length);
        target.set(block.subarray(0, length));
        return length;
      },
      async close() {},
    };
    const before = process.memoryUsage().arrayBuffers;
    const reader = await openCsv(source, { maxRowBytes: 2 << 20 });
    const seen: unknown[] = [];
    let peak = 0;
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
      for (let row = 0; row < batch.count; row++) seen.push(batch.reject[row]);
    }
    expect(seen).toEqual([0, 8, 0]);
    expect(peak).toBeLessThan(8 << 20);
  });

  it('reads each block with one call', async () => {
    const content = Buffer.from(`a,b\n${'1,"2"\n'.repeat(100_000)}`);
    const source = bytesSource(content);
    let calls = 0;
    const counted = {
      ...source,
      readInto(block: Uint8Array) {
        calls++;
        return source.readInto(block);
      },
    };
    await readRows(await openCsv(counted, { blockBytes: 1 << 16 }));
    // each read loses at most one row to the front of the next block; one more finds the end
    expect(calls).toBeLessThanOrEqual(Math.ceil(content.length / ((1 << 16) - 6)) + 1);
  });
});
