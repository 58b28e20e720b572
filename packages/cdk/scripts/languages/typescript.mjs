import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder, workFolder } from './places.mjs';
import { run } from './run.mjs';

/** The first example of the README, to the letter, in the stack of its fixture; Node runs it against the compiled package. */
export function synthesise(assembly) {
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
  const example = /```typescript fixture=(\S+)\n([\s\S]*?)```/.exec(readme);
  if (example === null) throw new Error('README.md has no example');
  const fixture = readFileSync(join(packageFolder, 'rosetta', `${example[1]}.ts-fixture`), 'utf8');
  const stack = fixture.replace('import { Construct }', 'import type { Construct }').replace('/// here', () => example[2]);
  const program = `${stack}\nconst app = new cdk.App({ outdir: process.argv[2] });\nnew MyStack(app, 'Example');\napp.synth();\n`;
  const folder = join(workFolder, 'typescript');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'app.mts'), program);
  run('node', [join(folder, 'app.mts'), assembly], { cwd: packageFolder });
}
