import type { AccountSetup, SetupNeeds, SetupStep } from '@batchrock/aws/setup';
import { type Command, Option } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { list, oneMore, wholeNumber } from '../cli/values.ts';

interface SetupFlags extends CommonFlags {
  readonly model?: readonly string[];
  readonly bucket?: string;
  readonly outputBucket?: string;
  readonly prefix?: string;
  readonly roleName?: string;
  readonly callerPolicyName?: string;
  readonly kmsKey?: string;
  readonly subnet?: readonly string[];
  readonly securityGroup?: readonly string[];
  readonly tail?: 'on-demand';
  readonly inputDays?: number;
  readonly notify?: readonly string[];
  readonly diff?: boolean;
  readonly exitStatus?: boolean;
  readonly print?: true | 'policies' | 'cloudformation';
  readonly account?: string;
  readonly remove?: boolean;
  readonly yes?: boolean;
  readonly region?: string;
  readonly regions?: readonly string[];
  readonly profile?: string;
  readonly endpointUrl?: string;
}

/** What is to be set up, and the account that it is done in. */
interface Task {
  readonly context: CommandContext;
  readonly flags: SetupFlags;
  readonly needs: SetupNeeds;
  readonly account: AccountSetup;
}

const MORE = `Makes what is missing, and shows it first: a bucket, the role that Bedrock
takes, and a policy for whoever runs, to be attached to them. The same command
again changes what differs. A bucket of your own keeps all of its settings.
--remove takes away what it has made; a bucket with objects in it stays.`;

/** `setup`: makes an account ready for runs, and takes that back. */
export function setupCommand(cli: Cli): Command {
  return cli
    .command('setup', {
      summary: 'make bucket, role and policies for runs in your AWS account',
      examples: [
        'batchrock setup --model us.amazon.nova-lite-v1:0 --region us-east-1',
        'batchrock setup --model amazon.nova-lite-v1:0 --bucket my-bucket --diff',
        'batchrock setup --model amazon.nova-lite-v1:0 --print cloudformation',
        'batchrock setup --remove',
      ],
      more: MORE,
    })
    .addOption(new Option('--model <id>', 'model or profile that jobs may use; repeatable').argParser(oneMore))
    .option('--bucket <name>', 'where runs lie (default: batchrock-<account>-<region>)')
    .option('--output-bucket <name>', 'where Bedrock writes, if elsewhere')
    .option('--prefix <path>', 'before all keys')
    .option('--role-name <name>', 'the role (default: batchrock-jobs-<region>)')
    .option('--caller-policy-name <name>', 'the policy (default: batchrock-run-<region>)')
    .option('--kms-key <key>', 'encrypt by it: ARN or alias, or REGION=ARN,...')
    .addOption(new Option('--subnet <id>', 'jobs reach S3 from here; repeatable').argParser(oneMore))
    .addOption(new Option('--security-group <id>', 'the same; repeatable').argParser(oneMore))
    .addOption(new Option('--notify <arn>', 'SNS topic or event bus that runs tell; repeatable').argParser(oneMore))
    .addOption(new Option('--tail <how>', 'allow run --tail on-demand, too').choices(['on-demand']))
    .option('--input-days <n>', 'days until the input of jobs is removed (default: 30)', wholeNumber(1))
    .optionsGroup('What is done:')
    .option('--diff', 'show what would change; change nothing')
    .option('--exit-status', 'with --diff: end with 7 where something would change')
    .addOption(new Option('--print [what]', 'hand on, and do nothing').choices(['policies', 'cloudformation']))
    .option('--account <id>', 'with --print: the account, where no keys say it')
    .option('--remove', 'take away what setup has made')
    .option('-y, --yes', 'do not ask')
    .optionsGroup('Where:')
    .option('--region <name>', 'AWS Region (AWS_REGION)')
    .option('--regions <name,...>', 'jobs in several, also NAME=BUCKET; a bucket in each', list)
    .option('--profile <name>', 'profile of the AWS configuration (AWS_PROFILE)')
    .option('--endpoint-url <url>', 'one server in the place of AWS')
    .action(cli.action<SetupFlags>(runSetup));
}

async function runSetup(context: CommandContext, flags: SetupFlags): Promise<ExitCode> {
  await checkFlags(flags);
  const { openAccountSetup } = await import('@batchrock/aws/setup');
  const { needsOf } = await import('../setup/needs-of.ts');
  const { listIn } = await import('../compose/job-settings.ts');
  const { partitionOf } = await import('../setup/partition.ts');
  const { env } = context.host;
  const region = flags.region ?? env['AWS_REGION'] ?? '';
  if (region === '') throw await missing('no Region is given', 'give --region NAME or set AWS_REGION');
  const profile = flags.profile ?? env['AWS_PROFILE'];
  const endpoint = flags.endpointUrl ?? env['BATCHROCK_ENDPOINT_URL'];
  const account = openAccountSetup({ region, ...(profile && { profile }), ...(endpoint && { endpoint }) });
  try {
    const { signal } = context.interrupts;
    const who =
      flags.account === undefined
        ? await account.identity({ signal })
        : { account: flags.account, partition: partitionOf(region) };
    const { model: models = [], kmsKey, subnet: subnetIds, securityGroup: securityGroupIds, inputDays, tail } = flags;
    const names = namesOf(flags, env);
    const regions = flags.regions ?? listIn(env['BATCHROCK_REGIONS']);
    const notify = await notifyOf(flags, env);
    const residency = listIn(env['BATCHROCK_RESIDENCY']);
    const given = {
      models,
      ...who,
      region,
      regions,
      residency,
      ...names,
      kmsKey,
      subnetIds,
      securityGroupIds,
      notify,
      tail,
      inputDays,
    };
    const needs = await withKeys(needsOf(given), { context, flags, account });
    const task = { context, flags, needs, account };
    if (flags.print) return await printNeeds(task);
    return flags.remove ? await removeSetup(task) : await makeSetup(task);
  } finally {
    account.close();
  }
}

/** Policies name keys, not aliases. What is removed needs none. */
async function withKeys(needs: SetupNeeds, { context, flags, account }: Omit<Task, 'needs'>): Promise<SetupNeeds> {
  if (flags.remove || flags.kmsKey === undefined) return needs;
  if (flags.account !== undefined && flags.kmsKey.includes('alias/')) {
    throw await missing(
      'an alias of a key is looked up in its account, and --account says that no keys are there',
      'give --kms-key ARN',
    );
  }
  return account.withKeys(needs, { signal: context.interrupts.signal });
}

async function checkFlags(flags: SetupFlags): Promise<void> {
  if (flags.print && (flags.remove || flags.diff))
    throw await missing('--print is given with --remove or --diff; it stands alone');
  if (flags.exitStatus && !flags.diff) throw await missing('--exit-status is given without --diff');
  if (flags.account !== undefined && !flags.print) {
    throw await missing('--account is given without --print', 'leave it out: the keys say whose account it is');
  }
  if (!flags.remove && (flags.model ?? []).length === 0) {
    throw await missing('no model is given', 'give --model ID for each that jobs may use: the role is allowed no other');
  }
}

async function missing(message: string, hint?: string): Promise<Error> {
  const { InputError } = await import('@batchrock/core');
  return new InputError('BR-E0112', message, hint === undefined ? {} : { hint });
}

/** What things are to be called, or are called already: the environment, or a file of settings, says what an earlier set-up has made. */
function namesOf(flags: SetupFlags, env: CommandContext['host']['env']) {
  const named = (name: string): string | undefined => env[name] || undefined;
  return {
    bucket: flags.bucket ?? named('BATCHROCK_BUCKET'),
    outputBucket: flags.outputBucket ?? named('BATCHROCK_OUTPUT_BUCKET'),
    prefix: flags.prefix ?? named('BATCHROCK_PREFIX'),
    roleName: flags.roleName ?? named('BATCHROCK_ROLE_ARN')?.split('/').at(-1),
    callerPolicyName: flags.callerPolicyName,
  };
}

/** Whom runs tell; a webhook needs no policy, and its address no place in the file of a project. */
async function notifyOf({ notify = [] }: SetupFlags, env: CommandContext['host']['env']) {
  const { notifyTargets, settingTargets } = await import('../notify/target.ts');
  const given = notifyTargets(notify);
  if (given.some(({ kind }) => kind === 'webhook')) {
    throw await missing('a webhook needs no policy', 'leave it out here: BATCHROCK_NOTIFY names it to runs');
  }
  return given.length > 0 ? given : settingTargets(env['BATCHROCK_NOTIFY']);
}

async function printNeeds({ context: { terminal }, flags, needs }: Task): Promise<ExitCode> {
  const { bucketPolicies, callerPolicy, rolePolicy, setupPolicy, setupTemplate, trustPolicy } = await import(
    '@batchrock/aws/setup'
  );
  if (flags.print === 'cloudformation' && needs.elsewhere !== undefined) {
    throw await missing('a template makes the buckets of one Region', 'print one for each Region, or let setup make them');
  }
  const document =
    flags.print === 'cloudformation'
      ? setupTemplate(needs)
      : {
          schema: 'batchrock.policies/1',
          trustPolicy: trustPolicy(needs),
          rolePolicy: rolePolicy(needs),
          callerPolicy: callerPolicy(needs),
          bucketPolicies: bucketPolicies(needs),
          setupPolicy: setupPolicy(needs),
        };
  await terminal.data(`${flags.json ? JSON.stringify(document) : JSON.stringify(document, null, 2)}\n`);
  return ExitCode.ok;
}

async function makeSetup(task: Task): Promise<ExitCode> {
  const { context, flags, needs, account } = task;
  const { terminal } = context;
  const { callerPolicyArn, roleArn } = await import('@batchrock/aws/setup');
  const steps = await account.plan(needs);
  if (flags.diff) return showDiff(task, steps);
  await carryOut(task, steps, { question: 'make it so?', refused: 'nothing was changed' });
  const { region, bucket, elsewhere, outputBucket, prefix, network } = needs;
  const { PROJECT_FILE, saveSettings } = await import('../settings/index.ts');
  const { resolve } = await import('node:path');
  const settings = {
    region,
    bucket,
    tagInput: 'true',
    ...(outputBucket && { outputBucket }),
    ...(prefix && { prefix }),
    roleArn: roleArn(needs),
    // taken out where they are not asked for any more, since the role may no longer use them
    regions: elsewhere && [region, ...elsewhere.map((each) => `${each.region}=${each.bucket}`)],
    kmsKey: flags.kmsKey,
    subnets: network?.subnetIds,
    securityGroups: network?.securityGroupIds,
  };
  const { profile, notify } = flags;
  await saveSettings(resolve(context.host.cwd, PROJECT_FILE), {
    ...settings,
    ...(profile && { profile }),
    ...(notify && { notify }),
  });
  if (flags.json) await terminal.json({ ...documentOf(task, 'setup', steps), callerPolicyArn: callerPolicyArn(needs), settings });
  terminal.note(steps.some(isChange) ? 'done' : 'everything is as it should be');
  terminal.note(`${PROJECT_FILE} says so from here on: batchrock run needs no --bucket, --role-arn and --region in this folder`);
  terminal.note(`whoever runs needs the policy ${callerPolicyArn(needs)}`);
  return ExitCode.ok;
}

async function removeSetup(task: Task): Promise<ExitCode> {
  const { flags, needs, account, context } = task;
  const { terminal } = context;
  const steps = await account.removal(needs);
  if (flags.diff) return showDiff(task, steps);
  await carryOut(task, steps, { question: 'remove it?', refused: 'nothing was removed' });
  if (flags.json) await terminal.json(documentOf(task, 'remove', steps));
  terminal.note(steps.some(isChange) ? 'removed' : 'nothing of it is there');
  return ExitCode.ok;
}

function isChange({ change }: SetupStep): boolean {
  return change !== 'none' && change !== 'keep';
}

async function showDiff(task: Task, steps: readonly SetupStep[]): Promise<ExitCode> {
  const { context, flags } = task;
  await show(task, steps);
  if (flags.json) await context.terminal.json(documentOf(task, 'diff', steps));
  return flags.exitStatus && steps.some(isChange) ? ExitCode.unfinished : ExitCode.ok;
}

/** One after another, when somebody has agreed: what was done stays done when one of them fails, and the same command goes on. */
async function carryOut(
  task: Task,
  steps: readonly SetupStep[],
  o: { readonly question: string; readonly refused: string },
): Promise<void> {
  const { terminal, interrupts } = task.context;
  await show(task, steps);
  const changes = steps.filter(isChange);
  if (changes.length > 0) await agreed(task, o.question, o.refused);
  for (const step of changes) {
    interrupts.signal.throwIfAborted();
    await step.apply();
    terminal.detail(`${step.resource} ${step.name}: done`);
  }
}

/** What would be done: data where it was asked for, else a note. */
async function show({ context: { terminal }, flags, needs }: Task, steps: readonly SetupStep[]): Promise<void> {
  const { renderSetup } = await import('../render/setup-text.ts');
  const lines = renderSetup(steps, (flags.verbose ?? 0) > 0);
  const regions = [needs.region, ...(needs.elsewhere ?? []).map((each) => each.region)];
  terminal.note(`account ${needs.account} in ${regions.join(', ')}`);
  if (flags.diff && !flags.json) await terminal.data(`${lines.join('\n')}\n`);
  else for (const line of lines) terminal.note(line);
}

async function agreed({ context: { terminal }, flags }: Task, question: string, refused: string): Promise<void> {
  if (flags.yes || (terminal.canAsk && (await terminal.confirm(question)))) return;
  const { InputError } = await import('@batchrock/core');
  throw new InputError('BR-E0119', `${refused}: nobody has agreed`, { hint: 'add --yes, or answer y at a terminal' });
}

function documentOf({ needs: { account, region } }: Task, action: 'setup' | 'diff' | 'remove', steps: readonly SetupStep[]) {
  const told = steps.map(({ resource, name, change, settings }) => ({ resource, name, change, settings }));
  return { schema: 'batchrock.setup/1', action, account, region, steps: told };
}
