// Builds the package for every language, and has a program in each synthesise the example of the README.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkDotnet, compile, extractExamples, writeBindings } from './bindings.mjs';
import { compare, sizeOf } from './compare.mjs';
import * as go from './go.mjs';
import * as java from './java.mjs';
import { cacheFolder, packageFolder, workFolder } from './places.mjs';
import * as python from './python.mjs';
import { run } from './run.mjs';
import * as typescript from './typescript.mjs';

const started = performance.now();
const versions = pinnedVersions();
let passed = 0;

mkdirSync(cacheFolder, { recursive: true });
step('handlers', () => run('npm', ['run', '-s', 'bundle'], { cwd: join(packageFolder, '..', 'lambda') }));
step('jsii', compile);
step('jsii-rosetta extract --strict', extractExamples);
step('jsii-pacmak', writeBindings);
step('.NET: code is there', checkDotnet);
const expected = assemblyOf('typescript');
step('TypeScript: the README to the letter', () => {
  typescript.synthesise(expected, versions);
  const { resources, assets } = sizeOf(expected);
  if (resources < 20 || assets < 3) throw new Error(`only ${resources} resources and ${assets} assets`);
});
for (const [name, language] of Object.entries({ Python: python, Go: go, Java: java })) {
  step(`${name}: the same template and assets`, () => {
    const assembly = assemblyOf(name.toLowerCase());
    language.synthesise(assembly, versions);
    compare(expected, assembly);
  });
}
console.log(`${passed} passed, 0 failed (${seconds(started)} s)`);

function step(name, work) {
  const from = performance.now();
  work();
  passed += 1;
  console.log(`ok  ${name} (${seconds(from)} s)`);
}

function assemblyOf(language) {
  const assembly = join(workFolder, 'assemblies', language);
  rmSync(assembly, { recursive: true, force: true });
  return assembly;
}

function pinnedVersions() {
  const { devDependencies } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  if (!existsSync(join(packageFolder, 'languages'))) throw new Error('run this from a checkout of the repository');
  return {
    cdk: devDependencies['aws-cdk-lib'],
    constructs: devDependencies['constructs'],
    runtime: devDependencies['jsii-pacmak'],
  };
}

function seconds(from) {
  return ((performance.now() - from) / 1000).toFixed(0);
}
