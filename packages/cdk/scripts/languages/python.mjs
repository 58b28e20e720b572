import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bindingsFolder, cacheFolder, programsFolder, workFolder } from './places.mjs';
import { run } from './run.mjs';

/** Installs the bindings into a virtual environment and runs the program. */
export function synthesise(assembly, versions) {
  const environment = join(workFolder, 'python');
  const python = join(environment, 'bin', 'python');
  const env = { PIP_CACHE_DIR: join(cacheFolder, 'pip'), PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  if (!existsSync(python)) run('python3', ['-m', 'venv', environment]);
  // not compiled, which takes longer than the rest: Python compiles by itself what is imported, a small part of the CDK
  const install = ['-m', 'pip', 'install', '-q', '--no-compile'];
  run(python, [...install, `aws-cdk-lib==${versions.cdk}`, `constructs==${versions.constructs}`], { env });
  run(python, [...install, '--force-reinstall', '--no-deps', join(bindingsFolder, 'python')], { env });
  run(python, [join(programsFolder, 'python', 'app.py'), assembly]);
}
