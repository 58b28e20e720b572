import { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { EXIT_CODE_MEANINGS } from '../cli/exit-codes.ts';

/** `help`, `help <command>` and `help exit-codes`. */
export function helpCommand(cli: Cli, program: Command): Command {
  const command = cli
    .dress(new Command('help'))
    .argument('[topic]', 'a command, or exit-codes')
    .argument('[of it]', 'one of its commands')
    .option('--json', 'as JSON');
  return command
    .summary('help of a command, or of exit-codes')
    .action(async (topic: string | undefined, part: string | undefined, options: { json?: boolean }) => {
      if (topic === 'exit-codes') {
        cli.host.stdout.write(options.json ? exitCodesAsJson() : exitCodes());
        return;
      }
      if (topic === undefined) return program.help();
      const found = program.commands.find((each) => each.name() === topic);
      if (found) return (found.commands.find((each) => each.name() === part) ?? found).help();
      const { didYouMean, InputError } = await import('@batchrock/core');
      const shown = program.createHelp().visibleCommands(program);
      const names = [...shown.map((each) => each.name()), 'exit-codes'];
      const guess = didYouMean(topic, names);
      throw new InputError('BR-E0112', `no help on ${JSON.stringify(topic)}${guess === undefined ? '' : `; ${guess}?`}`, {
        hint: `topics: ${names.join(', ')}`,
      });
    });
}

function exitCodes(): string {
  const lines = EXIT_CODE_MEANINGS.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `Exit codes, the only ones:\n\n${lines.join('\n')}\n`;
}

function exitCodesAsJson(): string {
  return `${JSON.stringify({ schema: 'batchrock.exit-codes/1', exitCodes: EXIT_CODE_MEANINGS })}\n`;
}
