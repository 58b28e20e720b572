import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith } from '../../test/cli-harness.ts';
import { keptFact } from './kept-facts.ts';
import { stateDir } from './state-dir.ts';

const DAY = 24 * 60 * 60_000;
const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Asks for facts of a new folder, and counts what was asked of the account. */
function asker(path = folderWith()) {
  const dir = stateDir(path);
  const said: string[] = [];
  const ask = (key: string, answer: string, maxAgeMs = DAY) =>
    keptFact(dir, {
      key,
      maxAgeMs,
      parse: asText,
      ask: async () => {
        said.push(answer);
        return answer;
      },
    });
  const files = () => readdirSync(join(path, 'account')).map((name) => join(path, 'account', name));
  return { ask, said, files };
}

it('asks once for each question, and keeps the answers apart', async () => {
  const { ask, said } = asker();
  expect(await ask('a', 'one')).toBe('one');
  expect(await ask('a', 'two')).toBe('one');
  expect(await ask('b', 'three')).toBe('three');
  expect(said).toEqual(['one', 'three']);
});

it('asks again for what is too old, is from the future, is of another question or is no answer', async () => {
  const { ask, said, files } = asker();
  await ask('a', 'one');
  const [path = ''] = files();
  const kept = JSON.parse(readFileSync(path, 'utf8'));
  const changed = [
    { ...kept, readAt: kept.readAt - DAY - 1 },
    { ...kept, readAt: kept.readAt + DAY },
    { ...kept, key: 'another' },
    { ...kept, value: 7 },
    { ...kept, schema: 'batchrock.fact/2' },
  ];
  for (const [i, each] of changed.entries()) {
    writeFileSync(path, JSON.stringify(each));
    expect(await ask('a', `again ${i}`)).toBe(`again ${i}`);
  }
  writeFileSync(path, '{"schema"');
  expect(await ask('a', 'mended')).toBe('mended');
  expect(said).toHaveLength(changed.length + 2);
});

it('keeps nothing of a question that was refused, and answers where nothing can be kept', async () => {
  const path = folderWith({ account: 'a file in the way' });
  const { ask } = asker(path);
  expect(await ask('a', 'one')).toBe('one');
  const { files } = asker();
  await expect(
    keptFact(stateDir(folderWith()), { key: 'a', maxAgeMs: DAY, parse: asText, ask: () => Promise.reject(new Error('denied')) }),
  ).rejects.toThrow('denied');
  expect(() => files()).toThrow('ENOENT');
});
