import { Buffer } from 'node:buffer';
import { openSync, writeSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { constants, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { folderWith, MODEL, spawnProgram } from '../../test/cli-harness.ts';

// What a hostile file may cost, above what the same command takes for a harmless file of the same kind: each in a process of
// its own, by the kernel's own high-water mark.

const MAX_GROWTH_MB = 64;

const MAIN = join(import.meta.dirname, '../main.ts');
/** Says the peak at the end: the figure that `wait4` gives would begin at that of the test runner. */
const SAY_PEAK = `data:text/javascript,${encodeURIComponent(
  `import { readFileSync } from 'node:fs';
   process.on('exit', () => console.error(/^VmHWM.*$/m.exec(readFileSync('/proc/self/status', 'utf8'))[0]));`,
)}`;

async function plan(cwd: string, file: string) {
  const argv = [`--import=${SAY_PEAK}`, '--conditions=@batchrock/source', MAIN, 'plan', file];
  const ran = await spawnProgram(process.execPath, [...argv, '--model', MODEL, '--prompt', '{text}'], { cwd }).ended;
  return { ...ran, peakMB: Number(/VmHWM:\s+(\d+) kB/.exec(ran.stderr)?.[1]) / 1000 };
}

const TEXT = 'id,text\n1,fine\n';
const TEN_GB = 10e9;

/** 10 GB of `x`: one member of deflate blocks that each end on a whole byte, so that one of them can stand there again and again. */
function gzipBomb(): Buffer {
  const flushed = { finishFlush: constants.Z_FULL_FLUSH, level: 9 };
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  const piece = deflateRawSync(Buffer.alloc(64e6, 'x'), flushed);
  return Buffer.concat([head, deflateRawSync(TEXT, flushed), ...Array.from({ length: TEN_GB / 64e6 }, () => piece)]);
}

/** One frame with blocks of 128 KiB that are one byte again and again, four bytes each (RFC 8878, 3.1.1.2). */
function zstdBomb(windowLog: number, size = TEN_GB): Buffer {
  const blockBytes = 128 << 10;
  const header = (type: number, bytes: number) =>
    Buffer.from([(type << 1) | ((bytes & 31) << 3), (bytes >> 5) & 255, bytes >> 13]);
  const text = Buffer.concat([header(0, TEXT.length), Buffer.from(TEXT)]);
  const repeated = Buffer.concat([header(1, blockBytes), Buffer.from('x')]);
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]);
  return Buffer.concat([frame, text, ...Array.from({ length: Math.ceil(size / blockBytes) }, () => repeated)]);
}

describe.runIf(platform() === 'linux')('a bomb is stopped', () => {
  const fine = { gz: gzipSync(TEXT), zst: zstdCompressSync(TEXT) };
  const peaks: Partial<Record<keyof typeof fine, number>> = {};
  /** What the command takes for a file that does no harm; as many as there are kinds of them. */
  async function usualPeakMB(ending: keyof typeof fine): Promise<number> {
    const ran = await plan(folderWith({ [`fine.csv.${ending}`]: fine[ending] }), `fine.csv.${ending}`);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.peakMB).toBeGreaterThan(40);
    return ran.peakMB;
  }

  test.each([
    ['gzip', 'gz', gzipBomb, /BR-E0123 bomb\.csv\.gz becomes more than 500 times as large: byte \d+ of it/],
    ['zstd', 'zst', () => zstdBomb(17), /BR-E0123 bomb\.csv\.zst becomes more than 500 times/],
    ['zstd of 10 KB', 'zst', () => zstdBomb(17).subarray(0, 10_000), /BR-E0123/],
    ['zstd with a window of 128 MiB', 'zst', () => zstdBomb(27), /BR-E0123/],
    ['zstd with a window of 1 GiB', 'zst', () => zstdBomb(30), /BR-E0114 .*whose window is larger than 128 MiB/],
  ] as const)(`below ${MAX_GROWTH_MB} MB: %s`, async (_, ending, bomb, message) => {
    const usual = (peaks[ending] ??= await usualPeakMB(ending));
    const stopped = await plan(folderWith({ [`bomb.csv.${ending}`]: bomb() }), `bomb.csv.${ending}`);
    expect(stopped).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
    expect(stopped.peakMB - usual).toBeLessThan(MAX_GROWTH_MB);
  });

  test('a line of 1 GB costs no more than a line that is just too long', async () => {
    const folder = folderWith();
    const withLine = (name: string, bytes: number) => {
      const file = openSync(join(folder, name), 'w');
      writeSync(file, 'id,text\n1,a\n2,');
      writeSync(file, '\n3,c\n', 14 + bytes);
    };
    withLine('long.csv', 17 << 20);
    withLine('longer.csv', 1e9);
    const long = await plan(folder, 'long.csv');
    const longer = await plan(folder, 'longer.csv');
    for (const ran of [long, longer]) {
      expect(ran).toMatchObject({ code: 0 });
      expect(ran.stdout).toContain('row_too_long');
    }
    expect(longer.peakMB - long.peakMB).toBeLessThan(16);
  });
});
