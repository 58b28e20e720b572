import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { driveCommand } from '../cli/drive-command.ts';
import type { CommonFlags } from '../cli/option-groups.ts';

/** `resume`: goes on with a run that was stopped, blocked or left alone. */
export function resumeCommand(cli: Cli): Command {
  return cli
    .command('resume [run]', {
      summary: 'go on with a run that was stopped or left alone',
      examples: ['batchrock resume', 'batchrock resume r-7f3'],
    })
    .action(
      cli.action<CommonFlags>(async (context, flags, [run]) => {
        const { resume } = await import('../sdk/index.ts');
        return driveCommand(context, flags, (session, follow) => resume(session, run, follow));
      }),
    );
}
