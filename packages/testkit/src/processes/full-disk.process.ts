import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ALL } from './size.ts';
import { expectSameEnd, openPlaces } from './undisturbed.ts';
import { OUT } from './world.ts';

/** True where this user may mount a file system of his own: a container may forbid it. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt']).status === 0;

/** Kilobytes: the ledger cannot be opened, is full before the first part, while jobs run, behind their end, while results are written. */
const SIZES = ALL ? Array.from({ length: 90 }, (_, i) => 16 + 8 * i) : [16, 152, 296];

const places = await openPlaces(2);

describe.concurrent('a full disk is told, and when there is space again the same command ends in the same bytes', () => {
  test.skipIf(!canMount).each(SIZES)('ledger and results on a disk of %i kB', (size) =>
    places.take(({ world, expected }) =>
      world(async ({ start, outcome }) => {
        const shell = [
          `mount -t tmpfs -o size=${size}k tmpfs /mnt`,
          '"$@"; echo "first: $?" >&2',
          'mount -o remount,size=100m /mnt',
          `"$@"; code=$?; cp /mnt/${OUT} ${OUT}; exit $code`,
        ].join('; ');
        const env = { BATCHROCK_STATE_DIR: '/mnt/state' };
        const ran = await start({ before: ['unshare', '-rm'], shell, env, out: `/mnt/${OUT}` }).ended;
        const [said = '', first = ''] = ran.stderr.split(/^first: (\d+)\n/m);
        if (Number(first) !== expected.code) {
          expect({ said, first }).toEqual({ said: expect.stringMatching(/^BR-E0508 .*no space left/m), first: '2' });
          expect(said).toContain('the same command goes on where it stopped');
        }
        expectSameEnd(await outcome(ran.code), expected);
      }),
    ),
  );

  // in blocks of 512 bytes, and where nothing can be mounted too: what a quota says, and a file system that knows no large files
  test.each(ALL ? [1, 8, 40, 64, 100, 150, 200, 300, 400, 600] : [1, 200])('no file larger than %i blocks', (blocks) =>
    places.take(({ world, expected }) =>
      world(async ({ start, finish }) => {
        // the signal that would end the process is ignored, as Node does itself
        const limited = await start({ shell: `trap '' XFSZ; ulimit -f ${blocks}; "$@"` }).ended;
        if (limited.code !== expected.code) {
          expect(limited).toEqual({
            ...limited,
            code: 2,
            stderr: expect.stringMatching(/^BR-E0508 .*(no space left|too large|limit on the size)/m),
          });
        }
        expectSameEnd(await finish(), expected);
      }),
    ),
  );
});
