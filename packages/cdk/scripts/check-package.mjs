// Packs the package as npm publishes it, and has the example of the README synthesised from what was packed, in a folder that
// has nothing but the package and what it asks its user for.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sizeOf } from './languages/compare.mjs';
import { exampleProgram } from './languages/example.mjs';
import { packageFolder } from './languages/places.mjs';
import { run } from './languages/run.mjs';

/** Only these may be in the package, whatever lies in the checkout. */
const allowed =
  /^(lib\/.*\.(js|d\.ts)|handlers\/[^/]+\/index\.mjs|handlers\/family\/(batchrock|check)\.mjs|handlers\/THIRD-PARTY\.txt|\.jsii|README\.md|LICENSE|NOTICE|package\.json)$/;

// the real path: Node looks for modules from there, and a temporary folder may be a link
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'batchrock-cdk-')));
try {
  const [{ filename, files }] = JSON.parse(pack());
  check(files.map(({ path }) => path));
  const tarball = join(folder, filename);
  run('publint', ['run', tarball, '--strict']);
  const installed = join(folder, 'node_modules', '@batchrock', 'cdk');
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  bringPeers(installed);
  const assembly = join(folder, 'assembly');
  writeFileSync(join(folder, 'app.mts'), exampleProgram());
  run('node', [join(folder, 'app.mts'), assembly], { cwd: folder });
  const { resources, assets } = sizeOf(assembly);
  if (resources < 20 || assets < 3) throw new Error(`the packed example has only ${resources} resources and ${assets} assets`);
  console.log(`${filename}: ${files.length} files, the example of the README has ${resources} resources and ${assets} assets`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack() {
  const printed = run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: packageFolder });
  return printed.slice(printed.indexOf('['));
}

function check(paths) {
  const foreign = paths.filter((path) => !allowed.test(path) || path.startsWith('lib/testing/'));
  if (foreign.length > 0) throw new Error(`the package carries what is not meant to be in it: ${foreign.join(', ')}`);
  const handlers = ['create-model-invocation-job', 'prepare-run', 'export-results'].map((name) => `handlers/${name}/index.mjs`);
  const wanted = ['handlers/family/check.mjs', 'lib/index.js', 'lib/index.d.ts', '.jsii', 'LICENSE', ...handlers];
  const missing = wanted.filter((path) => !paths.includes(path));
  if (missing.length > 0) throw new Error(`the package lacks ${missing.join(', ')}`);
}

/** The peers are those of the checkout: one version, no network. */
function bringPeers(installed) {
  const { peerDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const peer of Object.keys(peerDependencies)) {
    symlinkSync(join(packageFolder, '..', '..', 'node_modules', peer), join(folder, 'node_modules', peer));
  }
}
