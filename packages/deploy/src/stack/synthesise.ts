import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@batchrock/core';
import { App, CfnWaitConditionHandle, type Environment, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import { type Constructs, loadConstructs } from './constructs.ts';
import { STACK_RECIPES } from './recipes.ts';
import { KIND_TAG, type StackRequest } from './request.ts';
import { readValues } from './values.ts';

/** A synthesised app with one stack, in a folder of its own. */
export interface Assembly {
  readonly folder: string;
  readonly stackName: string;
  /** Deletes the folder. */
  dispose(): void;
}

/** Where a stack goes, and how it finds its assets; without them it suits any account, and a bootstrapped one. */
export interface SynthesisOptions {
  readonly env?: Environment;
  readonly synthesizer?: IStackSynthesizer;
}

/** CloudFormation's rule for names of stacks (API reference of CreateStack, 2026-11). */
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

/** The name of the stack that is asked for. Throws `BR-E0120` where it can be none. */
export function stackNameOf(request: StackRequest): string {
  const name = request.stackName ?? STACK_RECIPES[request.kind].stackName;
  if (STACK_NAME.test(name)) return name;
  throw new InputError(
    'BR-E0120',
    `--stack is ${JSON.stringify(name)}; allowed: up to 128 letters, digits and hyphens, the first a letter`,
  );
}

/** Synthesises the stack that is asked for. Needs no Docker and no network. */
export async function synthesise(request: StackRequest, options: SynthesisOptions = {}): Promise<Assembly> {
  const constructs = await loadConstructs();
  return synthesiseInto(request, (app, stackName) => buildStack(constructs, app, stackName, request, options));
}

/** Synthesises a stack of that name with next to nothing in it: all that is needed to remove the one that is deployed. */
export function synthesiseEmpty(request: StackRequest, env: Environment): Assembly {
  return synthesiseInto(request, (app, stackName) => {
    // a template has to have a resource, and this one is none outside of CloudFormation
    new CfnWaitConditionHandle(new Stack(app, stackName, { env }), 'Nothing');
  });
}

function synthesiseInto(request: StackRequest, build: (app: App, stackName: string) => void): Assembly {
  const stackName = stackNameOf(request);
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-deploy-'));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const app = new App({ outdir: folder, analyticsReporting: false, treeMetadata: false, context: { ...request.context } });
    build(app, stackName);
    app.synth();
    return { folder, stackName, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function buildStack(constructs: Constructs, app: App, name: string, request: StackRequest, options: SynthesisOptions): void {
  const recipe = STACK_RECIPES[request.kind];
  const values = readValues(request.values ?? {});
  const { env, synthesizer } = options;
  const stackProps = { env, synthesizer, description: recipe.description, tags: { ...request.tags, [KIND_TAG]: request.kind } };
  try {
    const imports = new Stack(new App(), 'Imports', { env });
    recipe.build({ constructs, app, imports, name, stackProps, values });
  } catch (cause) {
    // what a construct throws says which property, the value and what is allowed
    if (!(cause instanceof Error)) throw cause;
    throw new InputError('BR-E0120', cause.message.split('\n', 1)[0] as string, { cause });
  }
  const [unread] = values.unread();
  if (unread !== undefined) {
    throw new InputError('BR-E0120', `the option ${unread} is none of the stack ${request.kind}; leave it out`, {
      details: { option: unread },
    });
  }
}

/** Throws `BR-E0112` where a deployment lacks an option that only the user of a template may leave out. */
export function checkDeployable({ kind, values = {} }: StackRequest): void {
  for (const [name, option] of Object.entries(STACK_RECIPES[kind].neededToDeploy)) {
    if (values[name] === undefined)
      throw new InputError('BR-E0112', `the stack ${kind} needs ${option}`, { details: { option } });
  }
}
