import { Argument, type Command } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';

interface ConfigFlags extends CommonFlags {
  readonly origin?: boolean;
}

const MORE = `A flag goes before the environment, that before batchrock.config.json of the
project (the nearest above the current folder), and that before config.json of
the user (in $XDG_CONFIG_HOME/batchrock or ~/.config/batchrock).`;

/** `config show`: the settings that hold, and what says so. */
export function configCommand(cli: Cli): Command {
  return cli
    .command('config', {
      summary: 'the settings that hold here, and where they come from',
      examples: ['batchrock config show', 'batchrock config show --origin --json'],
      more: MORE,
    })
    .addArgument(new Argument('<action>', 'what to do').choices(['show']))
    .option('--origin', 'say which variable or file each comes from')
    .action(cli.action<ConfigFlags>((context, flags) => showConfig(cli, context, flags)));
}

async function showConfig(cli: Cli, { terminal }: CommandContext, flags: ConfigFlags): Promise<ExitCode> {
  const { findSettings, SETTINGS } = await import('../settings/index.ts');
  // of the command line's own host: files are not yet in its environment
  const { env, cwd } = cli.host;
  const secret = new Set(SETTINGS.filter(({ isSecret }) => isSecret).map(({ key }) => key));
  const { maskedTarget } = await import('../notify/target.ts');
  const masked = (text: string): string =>
    text
      .split(',')
      .map((each) => maskedTarget(each.trim()))
      .join(',');
  const found = (await findSettings(env, cwd)).map((each) =>
    secret.has(each.key) ? { ...each, value: masked(each.value) } : each,
  );
  if (flags.json) {
    const settings = found.map(({ key, value, origin }) => ({ key, value, ...(flags.origin && { origin }) }));
    await terminal.json({ schema: 'batchrock.config/1', settings });
    return ExitCode.ok;
  }
  const width = Math.max(...SETTINGS.map(({ key }) => key.length));
  for (const { key, value, origin } of found) {
    await terminal.data(`${key.padEnd(width)}  ${value}${flags.origin ? terminal.paintData.dim(`  ${origin}`) : ''}\n`);
  }
  if (found.length === 0) terminal.note('nothing is set: runs go to the local Bedrock');
  return ExitCode.ok;
}
