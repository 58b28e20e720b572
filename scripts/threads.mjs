// Bundles the entries of threads beside what tsc made of them: a thread loads all of its modules anew, 300 small ones for most of
// the time that it takes to start. Packages of others stay where they are installed. `threads.mjs FOLDER` writes them there.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRIES = ['packages/batchrock/src/parallel/export-thread.ts', 'packages/testkit/src/bench/join-thread.ts'];
const OURS = /^(@batchrock\/|batchrock(\/|$))/;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2];

const othersOutside = {
  name: 'others-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || OURS.test(path) ? undefined : { path, external: true, sideEffects: false },
    );
  },
};

for (const entry of ENTRIES) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    conditions: ['@batchrock/source'],
    plugins: [othersOutside],
    legalComments: 'none',
  });
  const beside = entry.replace('/src/', '/dist/').replace(/\.ts$/, '.bundle.js');
  await replace(join(...(folder === undefined ? [root, beside] : [folder, basename(beside)])), outputFiles[0].contents);
}

/** Writes a file whole, and only where it differs: whoever loads it meanwhile has the old or the new one. */
async function replace(file, content) {
  const old = await readFile(file).catch(() => undefined);
  if (old?.equals(content)) return;
  const next = `${file}.${process.pid}`;
  await writeFile(next, content);
  await rename(next, file);
}
