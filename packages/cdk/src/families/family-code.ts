import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import type { BundledFamily } from './bundle-family';

/** The bundles that speak to models; a test holds that these are all. */
const speaking: readonly string[] = ['prepare-run', 'follow-run', 'collect-part', 'sweep-runs', 'take-file', 'change-file'];

/** Where the list of families lies in the code of a function. */
const list = 'families/families.json';

/** The code of a function, and what its environment says of it. */
export interface HandlerCode {
  readonly folder: string;
  readonly environment: Record<string, string>;
  /** Called when the folder has been staged. */
  dispose(scope: IConstruct): void;
}

/**
 * The bundle of a handler, with the families beside it where it speaks to models. Without families it is the bundle as it lies in this
 * package, and nothing of it differs.
 */
export function handlerCode(bundle: string, handler: string, families: readonly BundledFamily[]): HandlerCode {
  if (families.length === 0 || !speaking.includes(handler)) {
    return { folder: bundle, environment: {}, dispose: () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), `batchrock-${handler}-`));
  cpSync(bundle, folder, { recursive: true });
  mkdirSync(join(folder, 'families'));
  const entries = families.map(({ name, sha256, path }) => ({ name, sha256, path, file: `${name}.mjs` }));
  writeFileSync(join(folder, list), `${JSON.stringify(entries)}\n`);
  for (const { name, code } of families) writeFileSync(join(folder, 'families', `${name}.mjs`), code);
  return {
    folder,
    environment: { FAMILIES: list },
    dispose(scope) {
      // who has staging off reads assets where they lie
      if (!scope.node.tryGetContext('aws:cdk:disable-asset-staging')) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a stack says of its families: each as `name:sha256`. */
export function toldFamilies(families: readonly BundledFamily[]): string[] {
  return families.map(({ name, sha256 }) => `${name}:${sha256}`);
}
