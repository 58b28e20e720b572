import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { entriesOf, zipOf } from './zip.ts';

// Python's zipfile tests the archives of the stacks in testkit/deploy.

/** The files of an archive by its directory, as a reader finds them. */
function unzip(archive: Uint8Array): Record<string, string> {
  const bytes = Buffer.from(archive);
  const end = bytes.length - 22;
  let at = bytes.readUInt32LE(end + 16);
  const files: Record<string, string> = {};
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, length, title] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24), bytes.readUInt16LE(at + 28)];
    const local = bytes.readUInt32LE(at + 42);
    const data = local + 30 + bytes.readUInt16LE(local + 26);
    const content = inflateRawSync(bytes.subarray(data, data + packed));
    expect([content.length, crc32(content)]).toEqual([length, bytes.readUInt32LE(at + 16)]);
    files[bytes.subarray(at + 46, at + 46 + title).toString()] = content.toString();
    at += 46 + title;
  }
  return files;
}

it('has every file of a folder and of those in it, and is the same for the same content', () => {
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-zip-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub', 'größer.txt'), 'x'.repeat(100_000));
  writeFileSync(join(folder, 'index.mjs'), 'export {};\n');
  writeFileSync(join(folder, 'empty'), '');
  const archive = zipOf(entriesOf(folder));
  expect(unzip(archive)).toEqual({ empty: '', 'index.mjs': 'export {};\n', 'sub/größer.txt': 'x'.repeat(100_000) });
  expect(archive.length).toBeLessThan(1000);
  expect(zipOf(entriesOf(folder))).toEqual(archive);
});
