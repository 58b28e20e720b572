import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isChange } from './changes.ts';
import { ALL } from './size.ts';
import { expectSameEnd, type KnownPlace, openPlaces } from './undisturbed.ts';
import type { World } from './world.ts';

/** How a run was left in its middle: by `kill -9` with its last commits in the log beside the ledger, or by Ctrl-C without a log. */
type Left = 'SIGKILL' | 'SIGINT';

/** What is done to the files of a ledger. */
interface Tear {
  readonly left: Left;
  readonly name: string;
  readonly tear: (ledger: string) => void;
}

const places = await openPlaces(2);
const moments = places.moments.filter(isChange);
/** The last job of the second generation is there, and nobody has written that down. */
const MIDDLE = moments.findLastIndex((name) => name.startsWith('after service.create ')) + 1;

const folders = mkdtempSync(join(tmpdir(), 'batchrock-torn-'));
afterAll(() => rmSync(folders, { recursive: true, force: true }));

const kept = new Map<KnownPlace, Map<Left, string>>();

/** The folder of a run of this place that was left in its middle. */
async function leftAt(place: KnownPlace, left: Left): Promise<string> {
  const here = kept.get(place) ?? new Map<Left, string>();
  kept.set(place, here);
  const known = here.get(left);
  if (known !== undefined) return known;
  const keep = mkdtempSync(join(folders, 'left-'));
  await place.world(({ start }) => start({ moments: { at: MIDDLE, signal: left, changes: true } }).ended, { keep });
  here.set(left, keep);
  return keep;
}

/** Shares of a file's length. */
const SHARES = ALL ? Array.from({ length: 40 }, (_, i) => i / 40) : [0.6];
const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

function cut(file: string, share: number): void {
  truncateSync(file, Math.floor(statSync(file).size * share));
}

function spoil(file: string, share: number, bytes: number): void {
  const content = readFileSync(file);
  const at = Math.floor(content.length * share);
  for (let i = at; i < Math.min(at + bytes, content.length); i++) content[i] = (content[i] as number) ^ 0x2a;
  writeFileSync(file, content);
}

const TEARS: readonly Tear[] = [
  ...SHARES.flatMap((share): readonly Tear[] => [
    { left: 'SIGKILL', name: `its log cut at ${percent(share)}`, tear: (ledger) => cut(`${ledger}-wal`, share) },
    {
      left: 'SIGKILL',
      name: `64 bytes of its log spoilt at ${percent(share)}`,
      tear: (ledger) => spoil(`${ledger}-wal`, share, 64),
    },
    { left: 'SIGINT', name: `the file cut at ${percent(share)}`, tear: (ledger) => cut(ledger, share) },
    { left: 'SIGINT', name: `64 bytes of the file spoilt at ${percent(share)}`, tear: (ledger) => spoil(ledger, share, 64) },
    { left: 'SIGINT', name: `a page of the file spoilt at ${percent(share)}`, tear: (ledger) => spoil(ledger, share, 4096) },
  ]),
  { left: 'SIGKILL', name: 'its log gone', tear: (ledger) => rmSync(`${ledger}-wal`) },
  { left: 'SIGKILL', name: 'the file gone and its log not', tear: (ledger) => rmSync(ledger) },
];

describe.concurrent('a ledger that is torn in the middle of a run is mended, or said to be damaged and adopted: the bytes are the same', () => {
  test.each(TEARS.map((tear) => [tear.left, tear.name, tear.tear] as const))('after %s: %s', (left, _, tear) =>
    places.take(async (place) => {
      const from = await leftAt(place, left);
      await place.world(
        async (world) => {
          tear(join(world.folder, 'state', 'ledger.db'));
          const { code, stderr } = await world.start().ended;
          if (code !== place.expected.code) await followAdvice(world, code, stderr);
          expectSameEnd(await world.finish(), place.expected);
        },
        { from },
      );
    }),
  );
});

/** Does what the message says. It is of a damaged ledger, or of a new one beside a run that lies in its bucket. */
async function followAdvice(world: World, code: number | null, stderr: string): Promise<void> {
  expect(stderr).toContain('batchrock adopt s3://');
  const code5 = stderr.startsWith('BR-E0205') || stderr.includes('\nBR-E0205');
  expect({ code, stderr }).toEqual({ code: code5 ? 5 : 2, stderr: expect.stringMatching(/^BR-E020(5|7) /m) });
  if (code5) moveAway(join(world.folder, 'state'));
  expect(await world.adopt()).toMatchObject({ code: 0 });
}

function moveAway(state: string): void {
  const away = join(state, 'away');
  mkdirSync(away);
  for (const name of readdirSync(state)) if (name.startsWith('ledger.db')) renameSync(join(state, name), join(away, name));
}
