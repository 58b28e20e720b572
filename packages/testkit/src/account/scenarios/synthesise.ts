import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';

const folders: string[] = [];

/** Synthesises an app into a folder of its own, which goes with this process, and gives that folder. Needs no network. */
export function synthesise(build: (app: App) => void): string {
  const outdir = temporaryFolder('batchrock-assembly-');
  const app = new App({ outdir, analyticsReporting: false });
  build(app);
  return app.synth().directory;
}

/** An empty folder, which goes with this process. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  if (folders.length === 0) process.once('exit', removeFolders);
  folders.push(folder);
  return folder;
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
