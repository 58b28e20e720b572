import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './places.mjs';

/** The first example of the README, to the letter, in the stack of its fixture: a program that takes the folder to write to. */
export function exampleProgram() {
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
  const example = /```typescript fixture=(\S+)\n([\s\S]*?)```/.exec(readme);
  if (example === null) throw new Error('README.md has no example');
  const fixture = readFileSync(join(packageFolder, 'rosetta', `${example[1]}.ts-fixture`), 'utf8');
  const stack = fixture.replace('import { Construct }', 'import type { Construct }').replace('/// here', () => example[2]);
  return `${stack}\nconst app = new cdk.App({ outdir: process.argv[2] });\nnew MyStack(app, 'Example');\napp.synth();\n`;
}
