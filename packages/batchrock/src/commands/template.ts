import type { Command } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { type StackFlags, type StackName, stackArgument, stackValuesOf, withStack } from '../cli/stack-options.ts';

interface TemplateFlags extends CommonFlags, StackFlags {
  readonly out?: string;
  readonly force?: boolean;
}

const MORE = `Works without an account and without a network. The folder holds the template,
the code of the functions, a script that uploads both, and a text that says
what to do with them.`;

/** `template`: a stack as a CloudFormation template with its assets. */
export function templateCommand(cli: Cli): Command {
  const command = cli
    .command('template', {
      summary: 'write a stack as a CloudFormation template, for those without CDK',
      examples: ['batchrock template orchestrator', 'batchrock template orchestrator --out cloudformation --slots 20'],
      more: MORE,
    })
    .addArgument(stackArgument())
    .option('-o, --out <dir>', 'the folder (default: batchrock-<stack>)')
    .option('--force', 'write into a folder that has files already');
  return withStack(command).action(
    cli.action<TemplateFlags, readonly [StackName]>((context, flags, [stack]) => writeTemplate(context, flags, stack)),
  );
}

async function writeTemplate({ host, terminal }: CommandContext, flags: TemplateFlags, kind: StackName): Promise<ExitCode> {
  const { join, relative, resolve } = await import('node:path');
  const { loadDeployPackage } = await import('../compose/deploy-package.ts');
  const values = await stackValuesOf(kind, flags, host.cwd);
  const deploy = await loadDeployPackage(`template ${kind}`);
  const folder = resolve(host.cwd, flags.out ?? `batchrock-${kind}`);
  await checkFree(folder, flags.out ?? `batchrock-${kind}`, flags.force === true);
  const { stack: stackName, context, tag: tags } = flags;
  const written = await deploy.writeTemplate({ kind, stackName, context, tags, values }, folder);
  const place = relative(host.cwd, folder) || '.';
  if (flags.json) {
    const { parameters, files, defaultPrefix } = written;
    const document = { kind, stack: written.stackName, folder, files, parameters, defaultPrefix };
    await terminal.json({ schema: 'batchrock.template/1', ...document });
  } else {
    for (const file of written.files) await terminal.data(`${join(place, file)}\n`);
  }
  terminal.note(
    `${join(place, 'upload.sh')} BUCKET uploads it and says how it is launched; ${join(place, 'README.txt')} says more`,
  );
  return ExitCode.ok;
}

/** A folder with files in it is somebody's. */
async function checkFree(folder: string, name: string, force: boolean): Promise<void> {
  const { readdir } = await import('node:fs/promises');
  const there = await readdir(folder).catch(() => []);
  if (there.length === 0 || force) return;
  const { InputError } = await import('@batchrock/core');
  throw new InputError('BR-E0111', `the folder ${name} is not empty`, {
    hint: 'choose another --out, or add --force to write into it',
  });
}
