import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { driveCommand } from '../cli/drive-command.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { list, wholeNumber } from '../cli/values.ts';

interface RetryFlags extends CommonFlags {
  readonly codes?: readonly string[];
  readonly extraAttempts?: number;
}

/** `retry`: sends the failed rows of an ended run once more. */
export function retryCommand(cli: Cli): Command {
  return cli
    .command('retry [run]', {
      summary: 'send the failed rows of a run once more',
      examples: ['batchrock retry', 'batchrock retry r-7f3 --codes 400,no_output'],
      more: 'Rows that succeeded are never sent again. batchrock errors shows the codes.',
    })
    .option('--codes <codes>', 'only rows that failed with one of these; comma-separated', list)
    .option('--extra-attempts <n>', 'times more that a row is sent, at most (default: 1)', wholeNumber(1, 100))
    .action(
      cli.action<RetryFlags>(async (context, flags, [run]) => {
        const { retryFailed } = await import('../sdk/index.ts');
        const { codes, extraAttempts } = flags;
        return driveCommand(context, flags, (session, follow) => retryFailed(session, run, { ...follow, codes, extraAttempts }));
      }),
    );
}
