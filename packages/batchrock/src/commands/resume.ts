import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { driveCommand } from '../cli/drive-command.ts';
import { type CommonFlags, notifyOption } from '../cli/option-groups.ts';
import { dollars } from '../cli/values.ts';

interface ResumeFlags extends CommonFlags {
  readonly maxCost?: number;
}

/** `resume`: goes on with a run that was stopped, paused, blocked or left alone. */
export function resumeCommand(cli: Cli): Command {
  return cli
    .command('resume [run]', {
      summary: 'go on with a run that was stopped, paused or left alone',
      examples: ['batchrock resume', 'batchrock resume r-7f3', 'batchrock resume r-7f3 --max-cost 40'],
    })
    .option('--max-cost <usd>', 'another ceiling for what the run may cost in all', dollars)
    .addOption(notifyOption())
    .action(
      cli.action<ResumeFlags>(async (context, flags, [run]) => {
        const { resume } = await import('../sdk/index.ts');
        const maxCostUsd = flags.maxCost;
        return driveCommand(context, flags, (session, follow) => resume(session, run, { ...follow, maxCostUsd }));
      }),
    );
}
