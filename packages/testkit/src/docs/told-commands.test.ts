import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLine } from '../deploy/command-line.ts';
import { commandsInPage, commandsInSource, type ToldCommand } from './told-commands.ts';

// A hint that names a command or a flag that is not there leaves its reader worse off than none.
const ROOT = join(import.meta.dirname, '../../../..');
const PACKAGES = ['core', 'formats', 'aws', 'sqlite', 'local', 'deploy', 'batchrock'];
const files = (pattern: string): readonly string[] => globSync(pattern, { cwd: ROOT }).map((path) => join(ROOT, path));
const SOURCES = PACKAGES.flatMap((name) => files(`packages/${name}/src/**/*.ts`)).filter((path) => !path.endsWith('.test.ts'));
const PAGES = [...files('docs/*.md'), ...files('README.md')];

/** What stands behind the name of the program, or of the package, where no command is meant. */
const PROSE: ReadonlySet<string> = new Set(['reads', 'needs', 'version', 'for', 'described', 'ai']);

let cwd: string;
/** Flags by the words of a command; undefined: there is no such command. */
const helps = new Map<string, ReadonlySet<string> | undefined>();
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'batchrock-told-'));
  const { stdout } = await commandLine(['--help'], cwd);
  for (const [, name = ''] of stdout.matchAll(/^ {2}([a-z]+)/gm)) await flagsOf([name]);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function flagsOf(words: readonly string[]): Promise<ReadonlySet<string> | undefined> {
  const name = words.join(' ');
  if (!helps.has(name)) {
    const { code, stdout } = await commandLine([...words, '--help'], cwd);
    const isThere = code === 0 && stdout.includes(`Usage: batchrock${name === '' ? '' : ` ${name}`} `);
    helps.set(name, isThere ? new Set([...(stdout.match(/--[a-z][-a-z]*[a-z]/g) ?? []), '--help']) : undefined);
  }
  return helps.get(name);
}

/** What is wrong with what is told; undefined where nothing is. */
async function problemOf({ words, flags, where }: ToldCommand): Promise<string | undefined> {
  const told = relative(ROOT, where);
  const [first] = words;
  if (first === undefined) {
    const missing = flags.filter((flag) => ![...helps.values()].some((known) => known?.has(flag)));
    return missing.length === 0 ? undefined : `no command has ${missing.join(', ')}: ${told}`;
  }
  const ofTwo = words.length > 1 ? await flagsOf(words.slice(0, 2)) : undefined;
  const known = ofTwo ?? (await flagsOf([first]));
  if (known === undefined) return `there is no batchrock ${first}: ${told}`;
  const missing = flags.filter((flag) => !known.has(flag));
  return missing.length === 0 ? undefined : `batchrock ${first} has no ${missing.join(', ')}: ${told}`;
}

describe('what a text tells somebody to give', () => {
  test.each([
    ['hints, notes and help', SOURCES, commandsInSource],
    ['pages', PAGES, commandsInPage],
  ] as const)('is a command that there is, with flags that it has: %s', async (_, paths, read) => {
    const told = paths.flatMap((path) => read(path));
    expect(told.length).toBeGreaterThan(100);
    const problems: string[] = [];
    for (const each of told.filter(({ words: [first = ''] }) => !PROSE.has(first))) {
      const problem = await problemOf(each);
      if (problem !== undefined) problems.push(problem);
    }
    expect(problems).toEqual([]);
  });
});
