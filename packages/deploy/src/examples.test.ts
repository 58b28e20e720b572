import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { STACK_RECIPES } from './stack/recipes.ts';
import type { StackKind } from './stack/request.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples');
const folder = mkdtempSync(join(tmpdir(), 'batchrock-example-'));

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it.each<StackKind>(['orchestrator', 'queue'])(
  'the app of the %s synthesises, with the name and the tag that deploy knows',
  async (kind) => {
    const { app } = JSON.parse(readFileSync(join(EXAMPLES, kind, 'cdk.json'), 'utf8')) as { app: string };
    const program = app.replace(/^node /, '');
    // as the CDK's command line runs it
    vi.stubEnv('CDK_OUTDIR', folder);
    await import(join(EXAMPLES, kind, program));
    const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    const stack = artifacts[STACK_RECIPES[kind].stackName];
    expect(stack.properties.tags).toEqual({ batchrock: kind });
    const template = JSON.parse(readFileSync(join(folder, stack.properties.templateFile), 'utf8'));
    expect(Object.keys(template.Resources).length).toBeGreaterThan(40);
  },
);
