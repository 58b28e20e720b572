import type { Deployment } from '@batchrock/deploy';
import type { Command } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { type StackFlags, type StackName, stackArgument, stackValuesOf, withStack } from '../cli/stack-options.ts';

interface DeployFlags extends CommonFlags, StackFlags {
  readonly diff?: boolean;
  readonly exitStatus?: boolean;
  readonly destroy?: boolean;
  readonly bootstrap?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly region?: string;
  readonly profile?: string;
}

/** One deployment: what was asked, and what it is done with. */
interface Task {
  readonly context: CommandContext;
  readonly flags: DeployFlags;
  readonly kind: StackName;
  readonly deployment: Deployment;
}

const MORE = `The same command again updates the stack. Needs the package @batchrock/deploy.
--diff ends with 0; with --exit-status too, with 7 where something would change.
--destroy says what stays (results) and what goes (logs too), then asks.`;

/** `deploy`: makes, updates, compares or removes a stack in an AWS account. */
export function deployCommand(cli: Cli): Command {
  const command = cli
    .command('deploy', {
      summary: 'make or update a stack in your AWS account, or remove it',
      examples: [
        'batchrock deploy orchestrator --region us-east-1',
        'batchrock deploy orchestrator --slots 20 --diff',
        'batchrock deploy orchestrator --destroy',
      ],
      more: MORE,
    })
    .addArgument(stackArgument())
    .option('--diff', 'show what would change; change nothing')
    .option('--exit-status', 'with --diff: end with 7 where something would change')
    .option('--destroy', 'remove the stack')
    .option('--bootstrap', 'prepare account and Region for the CDK where they are not')
    .option('-y, --yes', 'do not ask')
    .option('--force', 'take a stack that Batchrock has not made');
  return withStack(command)
    .optionsGroup('Where:')
    .option('--region <name>', 'AWS Region (AWS_REGION)')
    .option('--profile <name>', 'profile of the AWS configuration (AWS_PROFILE)')
    .action(cli.action<DeployFlags, readonly [StackName]>((context, flags, [kind]) => runDeploy(context, flags, kind)));
}

async function runDeploy(context: CommandContext, flags: DeployFlags, kind: StackName): Promise<ExitCode> {
  await checkFlags(flags);
  const { terminal } = context;
  const { loadDeployPackage } = await import('../compose/deploy-package.ts');
  const { renderStep } = await import('../render/deploy-text.ts');
  const values = await stackValuesOf(kind, flags, context.host.cwd);
  const { openDeployment } = await loadDeployPackage(`deploy ${kind}`);
  const { stack: stackName, context: cdkContext, tag: tags, region, profile, force } = flags;
  const deployment = await openDeployment({
    request: { kind, stackName, values, context: cdkContext, tags },
    region,
    profile,
    force,
    onStep(step) {
      const line = renderStep(step, (flags.verbose ?? 0) > 0);
      if (line !== undefined) terminal.note(terminal.live ? line : `${new Date().toISOString().replace(/\.\d+Z$/, 'Z')} ${line}`);
    },
  });
  const task = { context, flags, kind, deployment };
  try {
    if (flags.destroy) return await destroyStack(task);
    return flags.diff ? await showDiff(task) : await deployStack(task);
  } finally {
    deployment.close();
  }
}

async function checkFlags(flags: DeployFlags): Promise<void> {
  const { InputError } = await import('@batchrock/core');
  if (flags.diff && flags.destroy) {
    throw new InputError('BR-E0112', 'both --diff and --destroy are given; one is allowed', {
      hint: '--destroy says what it removes before it asks',
    });
  }
  if (flags.exitStatus && !flags.diff) throw new InputError('BR-E0112', '--exit-status is given without --diff');
}

async function deployStack(task: Task): Promise<ExitCode> {
  const { context, flags, kind, deployment } = task;
  const { terminal } = context;
  await ensureBootstrapped(task);
  terminal.note(`${deployment.before === undefined ? 'making' : 'updating'} ${placeOf(deployment)}`);
  const { changed, outputs } = await untilInterrupted(task, deployment.deploy());
  if (flags.json) await terminal.json({ ...headOf(task, 'deploy'), changed, outputs });
  else for (const [name, value] of Object.entries(outputs)) await terminal.data(`${name} = ${value}\n`);
  terminal.note(changed ? 'done' : 'nothing to change');
  terminal.note(terminal.paint.dim(`batchrock deploy ${kind} --destroy removes it; results stay`));
  return ExitCode.ok;
}

async function showDiff(task: Task): Promise<ExitCode> {
  const { context, flags, deployment } = task;
  const { terminal } = context;
  const { DIFF_SIGNS, renderDiff } = await import('../render/deploy-text.ts');
  const diff = await deployment.diff();
  const different = diff.changes.length + diff.others.length > 0;
  const exists = deployment.before !== undefined;
  if (flags.json) await terminal.json({ ...headOf(task, 'diff'), exists, different, ...diff });
  else for (const line of renderDiff(diff)) await terminal.data(`${line}\n`);
  if (different) terminal.note(terminal.paint.dim(DIFF_SIGNS));
  if (diff.permissionsBroadened) terminal.warn('somebody may do more than before: look at its IAM resources');
  terminal.note(`${placeOf(deployment)} ${exists ? (different ? 'would change' : 'is as it should be') : 'would be made'}`);
  return flags.exitStatus && different ? ExitCode.unfinished : ExitCode.ok;
}

async function destroyStack(task: Task): Promise<ExitCode> {
  const { context, flags, kind, deployment } = task;
  const { terminal } = context;
  const { removalOf, renderRemoval } = await import('../render/deploy-text.ts');
  const removal = removalOf(await deployment.resources());
  terminal.note(placeOf(deployment));
  for (const line of renderRemoval(removal)) terminal.warn(line);
  terminal.warn('  executions that run end with it; jobs that Bedrock has go on and cost: stop those first');
  await confirmed(task, 'remove it?');
  await untilInterrupted(task, deployment.destroy());
  if (flags.json) await terminal.json({ ...headOf(task, 'destroy'), ...removal });
  terminal.note('removed');
  const again = removal.kept.flatMap(({ type, name }) =>
    name === null ? [] : (REUSE[type] ?? []).map((flag) => `${flag} ${name}`),
  );
  if (again.length > 0) terminal.note(terminal.paint.dim(`batchrock deploy ${kind} ${again.join(' ')} goes on with what stayed`));
  return ExitCode.ok;
}

/** Options that hand what has stayed to a new stack. */
const REUSE: Readonly<Record<string, readonly string[]>> = {
  'AWS::S3::Bucket': ['--bucket'],
  'AWS::DynamoDB::Table': ['--table'],
};

async function ensureBootstrapped({ context, flags, kind, deployment }: Task): Promise<void> {
  const { terminal } = context;
  const state = await deployment.bootstrapState();
  if (state.status === 'ready') return;
  const question = `${state.message}: the stack CDKToolkit is made (a bucket, roles, a parameter). Go on?`;
  if (!flags.bootstrap && !(terminal.canAsk && (await terminal.confirm(question)))) {
    const { ServiceError } = await import('@batchrock/core');
    throw new ServiceError('BR-E0510', `${state.message}; nothing was done`, {
      reason: 'invalid',
      effect: 'none',
      hint: `batchrock deploy ${kind} --bootstrap prepares it; so does npx aws-cdk@2 bootstrap aws://${deployment.account}/${deployment.region}`,
    });
  }
  terminal.note(`bootstrapping account ${deployment.account} in ${deployment.region}`);
  await deployment.bootstrap();
}

async function confirmed({ context: { terminal }, flags, deployment }: Task, question: string): Promise<void> {
  if (flags.yes || (terminal.canAsk && (await terminal.confirm(question)))) return;
  const { InputError } = await import('@batchrock/core');
  throw new InputError('BR-E0119', `stack ${deployment.stackName} was not removed: nobody has agreed`, {
    hint: 'add --yes, or answer y at a terminal',
  });
}

/** The work, unless Ctrl-C comes first: CloudFormation goes on with what it has begun, whoever looks on. */
async function untilInterrupted<T>({ context, deployment }: Task, work: Promise<T>): Promise<T> {
  const { terminal, interrupts } = context;
  let leave = (): void => {};
  const left = new Promise<never>((_, reject) => {
    leave = () => {
      terminal.warn(`CloudFormation goes on with stack ${deployment.stackName}; the same command follows it once it is at rest`);
      void import('@batchrock/core').then(({ CancelledError }) => reject(new CancelledError('deploying was left')));
    };
  });
  interrupts.signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, left]);
  } finally {
    interrupts.signal.removeEventListener('abort', leave);
    work.catch(() => undefined);
  }
}

function headOf({ kind, deployment }: Task, action: 'deploy' | 'diff' | 'destroy') {
  const { stackName: stack, account, region } = deployment;
  return { schema: 'batchrock.deploy/1', action, kind, stack, account, region };
}

function placeOf({ stackName, account, region }: Deployment): string {
  return `stack ${stackName} in ${region} of account ${account}`;
}
