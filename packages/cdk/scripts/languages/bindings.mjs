import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bindingsFolder, packageFolder } from './places.mjs';
import { run } from './run.mjs';

const inPackage = { cwd: packageFolder };

/** Compiles the package: `lib/` and the `.jsii` assembly. */
export function compile() {
  run('npm', ['run', '-s', 'build:jsii'], inPackage);
}

/** Compiles every example of the README against the package, and translates it. */
export function extractExamples() {
  run('jsii-rosetta', ['extract', '--strict', '.'], inPackage);
}

/** Writes the bindings of all languages, with the package itself inside. */
export function writeBindings() {
  rmSync(bindingsFolder, { recursive: true, force: true });
  mkdirSync(bindingsFolder, { recursive: true });
  run(
    'jsii-pacmak',
    [
      '--code-only',
      '--no-npmignore',
      '--rosetta-tablet',
      '.jsii.tabl.json',
      // ours are all translated by now; those of members that ours inherit from the CDK stay as they are there
      '--rosetta-unknown-snippets',
      'verbatim',
      '--outdir',
      bindingsFolder,
    ],
    // it packs the package, which is built already
    { ...inPackage, env: { npm_config_ignore_scripts: 'true' } },
  );
}

/** What was written for .NET, which is not built here. Throws when a construct is missing. */
export function checkDotnet() {
  const project = join(bindingsFolder, 'dotnet', 'Batchrock.Cdk');
  const wanted = [
    'Batchrock.Cdk.csproj',
    'Batchrock/Cdk/BedrockBatchStepfn/BedrockBatchSfn.cs',
    'Batchrock/Cdk/BedrockBatchStepfn/BedrockBatchSfnProps.cs',
    'Batchrock/Cdk/BatchOrchestrator.cs',
    'Batchrock/Cdk/BatchOrchestratorStack.cs',
  ];
  const missing = wanted.filter((file) => !existsSync(join(project, file)));
  if (missing.length === 0) return;
  throw new Error(`the bindings for .NET lack ${missing.join(', ')}; there are ${readdirSync(project).join(', ')}`);
}
