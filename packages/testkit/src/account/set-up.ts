import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openMotoEnvironment } from './moto/index.ts';

/** What the scenarios need and no package installs: moto, and the handlers as they are deployed. */
export async function setup(): Promise<void> {
  await openMotoEnvironment();
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  execFileSync('npm', ['run', '--silent', '--workspace=packages/lambda', 'bundle'], { cwd: root, stdio: 'inherit' });
}
