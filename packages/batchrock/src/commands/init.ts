import type { Command } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';

const MORE = `Writes a dataset of 200 reviews, a named prompt, batchrock.config.json (which
keeps the ledger in the folder) and .gitignore. Files that are there stay as
they are. What it ends with works without an account and without a network.`;

/** `init`: a project to begin with. */
export function initCommand(cli: Cli): Command {
  return cli
    .command('init [folder]', {
      summary: 'a project to begin with: a dataset, a prompt and settings',
      examples: ['batchrock init demo', 'batchrock init'],
      more: MORE,
    })
    .action(cli.action<CommonFlags>((context, flags, [folder]) => init(context, flags, folder)));
}

async function init({ host, terminal }: CommandContext, flags: CommonFlags, asked = '.'): Promise<ExitCode> {
  const { join, relative, resolve } = await import('node:path');
  const { FIRST_COMMANDS, makeProject } = await import('../project/index.ts');
  const folder = resolve(host.cwd, asked);
  const { written, kept } = await makeProject(folder);
  const place = relative(host.cwd, folder);
  // who has it from npx has no other way to call it
  const start = host.env['npm_command'] === 'exec' ? 'npx ' : '';
  const commands = FIRST_COMMANDS.map((command) => `${start}${command}`);
  if (flags.json) {
    await terminal.json({ schema: 'batchrock.init/1', folder, written, kept, commands });
    return ExitCode.ok;
  }
  for (const name of written) await terminal.data(`${join(place, name)}\n`);
  for (const name of kept) terminal.note(`${join(place, name)} is there already, and stays as it is`);
  const steps = [...(place === '' ? [] : [`cd ${quoted(place)}`]), ...commands];
  terminal.note(`\nthe local Bedrock answers these, without an account:\n${steps.map((step) => `  ${step}`).join('\n')}`);
  terminal.note(`\nwith an account: ${start}batchrock setup --model MODEL, and the same again`);
  return ExitCode.ok;
}

/** As a shell reads it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
