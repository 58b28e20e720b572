import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleProgram } from './example.mjs';
import { packageFolder, workFolder } from './places.mjs';
import { run } from './run.mjs';

/** Node runs the example against the compiled package. */
export function synthesise(assembly) {
  const folder = join(workFolder, 'typescript');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'app.mts'), exampleProgram());
  run('node', [join(folder, 'app.mts'), assembly], { cwd: packageFolder });
}
