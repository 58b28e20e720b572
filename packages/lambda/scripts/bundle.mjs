// Bundles the handlers into packages/cdk/handlers/<handler>/index.mjs, from source. The same source gives the same bytes
// wherever the checkout lies: paths are relative to its root, and nothing of the machine or the day gets in.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { thirdPartyNotice } from './third-party.mjs';

const HANDLERS = [
  'create-model-invocation-job',
  'bedrock-inference-job-event',
  'prepare-run',
  'follow-run',
  'kick-job',
  'collect-part',
  'sweep-runs',
  'export-results',
  'take-file',
  'finish-file',
  'change-file',
];
/** For families of the user's project: what their modules import of ours, and a program that looks at one when it is bundled. */
const FOR_FAMILIES = ['batchrock', 'check'];
const CREDENTIALS = './packages/lambda/scripts/credentials.mjs';
/** Bytes; a larger bundle takes longer to load than the work it does. Ajv is a tenth, and is run only where answers have a schema. */
const MOST = 5 << 18;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const out = resolve(process.argv[2] ?? join(root, 'packages/cdk/handlers'));

/**
 * An `import` of a module of Node asks for every one of its exports, and some of those load a great deal: node:http the whole of
 * undici, node:crypto all of WebCrypto (Node 24). Taken as an object, only what is used is loaded: half of a cold start.
 */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z]/ }, ({ path }) => (isBuiltin(path) ? { path, namespace: 'builtin' } : undefined));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * The SDK loads its event streams when an operation needs them. None does here; left in, the one dynamic import would keep every
 * module that it shares with the others from being part of the flat bundle, at a third of its loading time.
 */
const noEventStreams = {
  name: 'no-event-streams',
  setup({ onResolve }) {
    onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/** A package says its version by the file beside its sources, which is not there where the bundle lies. */
const versionInside = {
  name: 'version-inside',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]batchrock[\\/](src|dist)[\\/]version\.[jt]s$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(join(dirname(path), '../package.json'), 'utf8'));
      return { contents: `export const VERSION = ${JSON.stringify(version)};`, loader: 'js' };
    });
  },
};

// in one go, which reads each module once
const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: [
    ...HANDLERS.map((name) => ({ in: `packages/lambda/src/${name}/handler.ts`, out: `${name}/index` })),
    ...FOR_FAMILIES.map((name) => ({ in: `packages/lambda/src/family-module/${name}.ts`, out: `family/${name}` })),
  ],
  outdir: 'handlers',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // `module` leads to the SDK's ECMAScript modules, of which only what is used gets in
  conditions: ['@batchrock/source', 'module'],
  mainFields: ['module', 'main'],
  minify: true,
  // the name of an error's class is the error that a state machine sees
  keepNames: true,
  alias: { '@aws-sdk/credential-provider-node': CREDENTIALS, '@aws-sdk/token-providers': CREDENTIALS },
  plugins: [lazyBuiltins, noEventStreams, versionInside],
  legalComments: 'none',
  metafile: true,
});
for (const file of [
  ...HANDLERS.map((name) => join(name, 'index.mjs')),
  ...FOR_FAMILIES.map((name) => join('family', `${name}.mjs`)),
]) {
  const code = outputFiles.find(({ path }) => path.endsWith(file)).contents;
  if (code.length > MOST) throw new Error(`${file} has ${code.length} bytes; at most ${MOST} are allowed`);
  await replace(join(out, file), code);
  console.log(`${file}: ${code.length} bytes`);
}
const inputs = Object.values(metafile.outputs).flatMap(({ inputs: bundled }) => Object.keys(bundled));
await replace(join(out, 'THIRD-PARTY.txt'), Buffer.from(await thirdPartyNotice(root, inputs)));

/** Writes a file whole, and only where it differs: whoever reads it meanwhile, in another suite, sees the old or the new one. */
async function replace(file, content) {
  const old = await readFile(file).catch(() => undefined);
  if (old?.equals(content)) return;
  await mkdir(dirname(file), { recursive: true });
  const next = `${file}.${process.pid}`;
  await writeFile(next, content);
  await rename(next, file);
}
