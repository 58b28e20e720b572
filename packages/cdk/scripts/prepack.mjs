// Builds all that a package of the constructs carries, so that none goes out without its code or with what an older source left:
// npm runs this before it packs. The licence stands at the root of the repository, and every package has to bring it.
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './languages/places.mjs';
import { run } from './languages/run.mjs';

const repository = join(packageFolder, '..', '..');

// not by npm: the options of the `npm pack` around it, such as --dry-run and --workspace, would hold for that too
run('node', [join(repository, 'packages', 'lambda', 'scripts', 'bundle.mjs')]);
for (const made of ['lib', '.jsii']) rmSync(join(packageFolder, made), { recursive: true, force: true });
run('jsii', ['--generate-tsconfig', 'tsconfig.jsii.json', '--silence-warnings', 'JSII6'], { cwd: packageFolder });
for (const text of ['LICENSE', 'NOTICE']) copyFileSync(join(repository, text), join(packageFolder, text));
