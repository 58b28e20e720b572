import { Buffer } from 'node:buffer';
import type { ByteSource } from '@batchrock/core';
import { poisonedSource, readRows } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { openCsv } from '../csv/index.ts';
import { openJsonl } from '../jsonl/index.ts';

const csv = async (content: string | Uint8Array) =>
  readRows(await openCsv(poisonedSource(Buffer.from(content as string), [1 << 20]), { name: 'in.csv', delimiter: ',' }));
const jsonl = async (content: string | Uint8Array) =>
  readRows(await openJsonl(poisonedSource(Buffer.from(content as string), [1 << 20]), { name: 'in.jsonl' }));

/** A head, so many bytes of filling, and a tail, none of which is ever in memory. */
function longSource(head: string, filling: number, tail: string): ByteSource {
  const ends = [Buffer.from(head), Buffer.from(tail)] as const;
  let at = 0;
  const size = ends[0].length + filling + ends[1].length;
  return {
    async readInto(block) {
      const start = at;
      const length = Math.min(block.length, size - at);
      at += length;
      block.fill(0x78, 0, length);
      ends[0].copy(block, 0, Math.min(start, ends[0].length), Math.min(at, ends[0].length));
      const tailStart = size - ends[1].length;
      if (at > tailStart) ends[1].copy(block, Math.max(0, tailStart - start), Math.max(0, start - tailStart), at - tailStart);
      return length;
    },
    close: async () => undefined,
  };
}

describe('a line of 1 GB', () => {
  it.each([
    ['CSV', () => openCsv(longSource('id,text\n1,a\n2,', 1e9, '\n3,c\n'))],
    ['quoted CSV', () => openCsv(longSource('id,text\n1,a\n2,"', 1e9, '"\n3,c\n'))],
    ['JSON Lines', () => openJsonl(longSource('{"id":1}\n{"id":"', 1e9, '"}\n{"id":3}\n'))],
  ])('is rejected, the rows around it are read, and memory stays flat: %s', { timeout: 300_000 }, async (_, open) => {
    const before = process.memoryUsage();
    const reader = await open();
    const seen: string[] = [];
    let most = 0;
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      for (let row = 0; row < batch.count; row++) {
        seen.push(`${batch.line[row]} ${batch.reject[row] === 0 ? 'fine' : reader.explainReject(row).why}`);
      }
      const { rss, arrayBuffers } = process.memoryUsage();
      most = Math.max(most, arrayBuffers - before.arrayBuffers, rss - before.rss - (64 << 20));
    }
    expect(seen).toEqual([
      expect.stringMatching(/^\d fine/),
      expect.stringMatching(/^\d longer than 16777216 bytes$/),
      expect.stringMatching(/^\d fine/),
    ]);
    // the window doubles up to the largest row: 16 MiB, and 8 MiB beside it while it does
    expect(most).toBeLessThan(40 << 20);
    await reader.close();
  });
});

describe('bad text', () => {
  it('in UTF-16 is an error that says so, with a byte order mark and without', async () => {
    const texts = ['\uFEFFid,text\n1,a\n', 'id,text\n1,a\n'].map((text) => Buffer.from(text, 'utf16le'));
    for (const bytes of [...texts, ...texts.map((text) => Buffer.from(text).swap16())]) {
      await expect(csv(bytes)).rejects.toMatchObject({
        code: 'BR-E0114',
        message: expect.stringMatching(/^in\.csv is UTF-16 text/),
      });
      await expect(jsonl(bytes)).rejects.toMatchObject({
        code: 'BR-E0114',
        message: expect.stringMatching(/^in\.jsonl is UTF-16 text/),
      });
    }
  });

  it('keeps NUL bytes and byte order marks in the middle as they are, and rejects what they break', async () => {
    const rows = await csv('id,text\n1,a\0b\n2,"\uFEFFx"\n\uFEFF3,y\n\uFEFF"4",z\n');
    expect(rows.map((row) => row.reject ?? row.cells)).toEqual([['1', 'a\0b'], ['2', '\uFEFFx'], ['\uFEFF3', 'y'], 'bad_quote']);
    const lines = await jsonl('{"a":"\uFEFFx"}\n\uFEFF{"a":1}\n{"a":"\0"}\n{"a":"\\u0000"}\n');
    expect(lines.map((row) => row.reject ?? row.cells)).toEqual([['\uFEFFx'], 'bad_json', 'bad_json', ['\0']]);
  });

  it('may mix line ends', async () => {
    const rows = await csv('id,text\r\n1,a\n2,b\r\n3,"c\r"\r\n4,d\r\n');
    expect(rows.map((row) => row.cells)).toEqual([
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'c\r'],
      ['4', 'd'],
    ]);
    expect((await jsonl('{"a":1}\r\n{"a":2}\n\r\n{"a":3}')).map((row) => row.line)).toEqual([1, 2, 4]);
  });

  it('of another type half-way stays what it is', async () => {
    const rows = await jsonl(
      '{"n":1}\n{"n":"1"}\n{"n":[1]}\n{"n":{"a":1}}\n{"n":null}\n{"n":1e400}\n{"n":12345678901234567890}\n',
    );
    expect(rows.map((row) => row.cells[0])).toEqual(['1', '1', '[1]', '{"a":1}', 'null', '1e400', '12345678901234567890']);
  });

  it.each([
    ['arrays', '['.repeat(100_000), ']'.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000), `1${'}'.repeat(100_000)}`],
    ['both', '[{"a":'.repeat(50_000), `1${'}]'.repeat(50_000)}`],
  ])('of JSON 100,000 levels deep is a rejected row: %s', async (_, open, close) => {
    const rows = await jsonl(`{"id":1}\n{"id":${open}${close}}\n{"id":3}\n`);
    expect(rows.map((row) => row.reject ?? row.cells[0])).toEqual(['1', 'bad_json', '3']);
  });

  it('with a key twice is a rejected row, in any spelling of the key', async () => {
    const rows = await jsonl('{"a":1,"b":2}\n{"a":1,"a":2}\n{"a":1,"\\u0061":2}\n{"new":1,"new":1}\n{"a":{"x":1,"x":2}}\n');
    expect(rows.map((row) => row.reject)).toEqual([undefined, 'bad_json', 'bad_json', 'bad_json', undefined]);
  });
});
