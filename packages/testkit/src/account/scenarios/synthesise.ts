import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';

/** Synthesises an app into a folder of its own and gives that folder. Needs no network. */
export function synthesise(build: (app: App) => void): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'batchrock-assembly-')), analyticsReporting: false });
  build(app);
  return app.synth().directory;
}
