import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { handlersFolder } from '../functions/handlers-folder';
import { refuseText } from '../props/kinds';
import { type Esbuild, type EsbuildFailure, findEsbuild } from './esbuild';

/** A family of the user's project, as it goes with the code of the functions. */
export interface BundledFamily {
  readonly name: string;
  /** Of the module as it stands in the project, in hexadecimal. */
  readonly sha256: string;
  /** The name of its file. */
  readonly path: string;
  /** The module with all that it imports. */
  readonly code: string;
}

/** Finds a bundler for the module of a path. */
type FindEsbuild = (module: string) => Esbuild | undefined;

/** What modules of families import of ours, and the program that looks at one, which `@batchrock/lambda` bundles. */
const forFamilies = join(handlersFolder, 'family');

/** CommonJS modules ask for those of Node by `require`, which an ECMAScript module has not. */
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Bundles the modules of `families`, each checked as the functions will load it. Throws where one gives no family. */
export function bundleFamilies(paths: readonly string[] | undefined, find: FindEsbuild = findEsbuild): readonly BundledFamily[] {
  const families = (paths ?? []).map((path, i) => bundleFamily(`families[${i}]`, path, find));
  for (const [i, { name }] of families.entries()) {
    const first = families.findIndex((each) => each.name === name);
    if (first !== i)
      refuseText(`families[${i}]`, `the family ${name}, and so is families[${first}]`, 'families of different names');
  }
  return families;
}

function bundleFamily(prop: string, given: string, find: FindEsbuild): BundledFamily {
  const file = resolve(given);
  const source = readSource(prop, given, file);
  const path = basename(file);
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-family-'));
  try {
    const code = bundle(prop, { given, file, source: source.toString() }, find);
    const place = join(folder, 'family.mjs');
    writeFileSync(place, code.text);
    const name = nameOf(prop, { place, path, hint: code.hint });
    return { name, sha256: createHash('sha256').update(source).digest('hex'), path, code: code.text };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readSource(prop: string, given: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    return refuseText(prop, `'${given}', which cannot be read (${(error as Error).message})`, 'the path of a module');
  }
}

interface Module {
  readonly given: string;
  readonly file: string;
  readonly source: string;
}

/** One file of all that the module imports. */
function bundle(
  prop: string,
  { given, file, source }: Module,
  find: FindEsbuild,
): { readonly text: string; readonly hint: string } {
  const esbuild = find(file);
  const ours = join(forFamilies, 'batchrock.mjs');
  if (esbuild === undefined) {
    return {
      text: standalone(source, ours),
      hint: 'esbuild is not installed (npm install --save-dev esbuild), so it has to stand alone',
    };
  }
  try {
    const { outputFiles } = esbuild.buildSync({
      entryPoints: [file],
      // paths stand in bundles of CommonJS: the same module is to make the same asset wherever the project lies
      absWorkingDir: dirname(file),
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      mainFields: ['module', 'main'],
      alias: { batchrock: ours },
      banner: { js: banner },
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'silent',
    });
    return {
      text: outputFiles[0]?.text ?? '',
      hint: 'a module of a family is bundled with what it imports, and with nothing else',
    };
  } catch (error) {
    return refuseText(
      prop,
      `'${given}', which cannot be bundled: ${whyNot(error)}`,
      'a module that gives a family (docs/families.md)',
    );
  }
}

/** A module that imports nothing but ours needs no bundler. */
function standalone(source: string, ours: string): string {
  const inline = `data:text/javascript,${encodeURIComponent(readFileSync(ours, 'utf8'))}`;
  return source.replace(/(\bfrom\s*)(['"])batchrock\2/g, (_, from: string) => `${from}${JSON.stringify(inline)}`);
}

function whyNot(error: unknown): string {
  const { errors = [] } = error as Partial<EsbuildFailure>;
  const texts = errors.map(({ text, location }) => (location == null ? text : `${location.file}:${location.line}: ${text}`));
  return texts.length > 0 ? texts.join('; ') : (error as Error).message;
}

/** What the family calls itself, said by the code that loads it in a function. */
function nameOf(
  prop: string,
  { place, path, hint }: { readonly place: string; readonly path: string; readonly hint: string },
): string {
  const looked = spawnSync(process.execPath, [join(forFamilies, 'check.mjs'), place, path], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  const said = looked.output?.[3] ?? '';
  const { name, error } = (said === '' ? {} : JSON.parse(said)) as { readonly name?: string; readonly error?: string };
  if (name !== undefined) return name;
  const why = error ?? looked.error?.message ?? looked.stderr.trim();
  return refuseText(prop, `no family: ${why}`, `one that loads by itself: ${hint}`);
}
