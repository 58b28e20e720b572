import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaseCredentials, BootstrapEnvironments, BootstrapStackParameters, DiffMethod, Toolkit } from '@aws-cdk/toolkit-lib';
import { ServiceError, StateError } from '@batchrock/core';
import { KIND_TAG, type StackRequest } from '../stack/request.ts';
import { type Assembly, checkDeployable, stackNameOf, synthesise, synthesiseEmpty } from '../stack/synthesise.ts';
import { type DeployedResource, type DeployedStack, findBootstrapVersion, findStack, resourcesOf } from './deployed-stack.ts';
import { findIdentity, type Identity, type IdentityOptions } from './identity.ts';
import { type DeployStep, listen } from './progress.ts';
import { type StackDiff, stackDiffOf } from './stack-diff.ts';
import { toolError } from './tool-error.ts';

/** How a deployment is begun. */
export interface DeploymentOptions extends IdentityOptions {
  readonly request: StackRequest;
  /** Also takes a stack that bears another kind's tag, or none of ours. */
  readonly force?: boolean;
  onStep(step: DeployStep): void;
}

/** Whether the account and Region are ready for the CDK. */
export type BootstrapState =
  | { readonly status: 'ready'; readonly version: number }
  | { readonly status: 'missing' | 'outdated'; readonly message: string };

/** How a deployment came out. */
export interface Deployed {
  /** False where everything was as it should be already. */
  readonly changed: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A stack of ours and the account that it is, or is to be, in. */
export interface Deployment {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  /** The stack as it stood when this was opened; undefined where there was none. */
  readonly before: DeployedStack | undefined;
  bootstrapState(): Promise<BootstrapState>;
  bootstrap(): Promise<void>;
  /** What `deploy` would change. Changes nothing, and reads only. */
  diff(): Promise<StackDiff>;
  deploy(): Promise<Deployed>;
  /** What the stack holds, and what of it would stay. Throws `BR-E0215` where there is no stack. */
  resources(): Promise<readonly DeployedResource[]>;
  destroy(): Promise<void>;
  close(): void;
}

/** Finds out whose account it is and how the stack stands there. Throws `BR-E0216` where the stack is not ours. */
export async function openDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { request, onStep } = options;
  const stackName = stackNameOf(request);
  const identity = await findIdentity(options);
  const before = await findStack(identity, stackName);
  if (before !== undefined && !options.force) checkKind(before, request.kind, stackName);
  const { account, region } = identity;
  const ear = listen(onStep);
  const toolkit = createToolkit(identity, ear.host);
  let assembly: Assembly | undefined;
  const assembled = async (): Promise<Assembly> => {
    checkDeployable(request);
    return (assembly ??= await synthesise(request, { env: { account, region } }));
  };
  const attempt = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw failed(ear.failure(), error, operation);
    }
  };
  return {
    stackName,
    account,
    region,
    before,
    async bootstrapState() {
      const { parameter, version } = bootstrapOf(await assembled());
      const found = await findBootstrapVersion(identity, parameter);
      if (found === undefined) return { status: 'missing', message: `account ${account} is not bootstrapped in ${region}` };
      if (found >= version) return { status: 'ready', version: found };
      const message = `account ${account} was bootstrapped in ${region} with version ${found}, and ${version} is needed`;
      return { status: 'outdated', message };
    },
    async bootstrap() {
      const { qualifier } = bootstrapOf(await assembled());
      const parameters = BootstrapStackParameters.withExisting(qualifier === undefined ? {} : { qualifier });
      const environments = BootstrapEnvironments.fromList([`aws://${account}/${region}`]);
      await attempt(`bootstrap aws://${account}/${region}`, () => toolkit.bootstrap(environments, { parameters }));
    },
    async diff() {
      const source = await toolkit.fromAssemblyDirectory((await assembled()).folder);
      const method = DiffMethod.TemplateOnly();
      const diffs = await attempt(`compare ${stackName}`, () => toolkit.diff(source, { method }));
      return stackDiffOf(Object.values(diffs)[0] as NonNullable<(typeof diffs)[string]>);
    },
    async deploy() {
      checkIdle(before, stackName);
      const source = await toolkit.fromAssemblyDirectory((await assembled()).folder);
      await attempt(`deploy ${stackName}`, () => toolkit.deploy(source));
      // the toolkit's own list leaves out what only CloudFormation knows
      const after = await findStack(identity, stackName);
      return { changed: !ear.wasUnchanged(), outputs: after?.outputs ?? {} };
    },
    async resources() {
      if (before === undefined) throw stackNotFound(stackName, identity);
      return resourcesOf(identity, stackName);
    },
    async destroy() {
      if (before === undefined) throw stackNotFound(stackName, identity);
      checkIdle(before, stackName);
      const empty = synthesiseEmpty(request, { account, region });
      try {
        const source = await toolkit.fromAssemblyDirectory(empty.folder);
        await attempt(`destroy ${stackName}`, () => toolkit.destroy(source));
      } finally {
        empty.dispose();
      }
    },
    close() {
      assembly?.dispose();
    },
  };
}

function createToolkit(identity: Identity, ioHost: ReturnType<typeof listen>['host']): Toolkit {
  const baseCredentials = BaseCredentials.custom({ provider: identity.credentials, region: identity.region });
  return new Toolkit({ ioHost, color: false, emojis: false, sdkConfig: { baseCredentials } });
}

/** What failed: by the words of the resource that failed first where there is one. */
function failed(failure: string | undefined, error: unknown, operation: string): Error {
  return toolError(failure === undefined ? error : new Error(failure, { cause: error }), operation);
}

/** A stack of somebody else would lose all that it holds, since a deployment replaces its template. */
function checkKind({ tags }: DeployedStack, kind: string, stackName: string): void {
  const found = tags[KIND_TAG];
  if (found === kind) return;
  const what = found === undefined ? `bears no tag ${KIND_TAG}=${kind}` : `is of kind ${found}, not ${kind}`;
  throw new StateError('BR-E0216', `stack ${stackName} ${what}`, { details: { stack: stackName } });
}

function checkIdle(before: DeployedStack | undefined, stackName: string): void {
  if (before === undefined || !before.status.endsWith('_IN_PROGRESS')) return;
  throw new ServiceError('BR-E0511', `stack ${stackName} is in ${before.status}`, {
    reason: 'conflict',
    effect: 'none',
    hint: 'another change of the stack is at work: wait for its end, then give the same command',
  });
}

function stackNotFound(stackName: string, { account, region }: Identity): StateError {
  return new StateError('BR-E0215', `there is no stack ${stackName} in ${region} of account ${account}`);
}

/** What the assembly says that it needs of its account. */
function bootstrapOf({ folder, stackName }: Assembly): { parameter: string; version: number; qualifier: string | undefined } {
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    artifacts: Record<
      string,
      { properties?: { bootstrapStackVersionSsmParameter?: string; requiresBootstrapStackVersion?: number } }
    >;
  };
  const { bootstrapStackVersionSsmParameter: parameter = '', requiresBootstrapStackVersion: version = 0 } =
    artifacts[stackName]?.properties ?? {};
  return { parameter, version, qualifier: /^\/cdk-bootstrap\/([^/]+)\/version$/.exec(parameter)?.[1] };
}
