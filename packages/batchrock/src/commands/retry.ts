import { type Command, Option } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { driveCommand } from '../cli/drive-command.ts';
import { type CommonFlags, notifyOption } from '../cli/option-groups.ts';
import { list, wholeNumber } from '../cli/values.ts';

interface RetryFlags extends CommonFlags {
  readonly codes?: readonly string[];
  readonly all?: boolean;
  readonly schemaMismatch?: boolean;
  readonly extraAttempts?: number;
}

/** `retry`: sends the failed rows of an ended run once more. */
export function retryCommand(cli: Cli): Command {
  return cli
    .command('retry [run]', {
      summary: 'send the failed rows of a run once more',
      examples: [
        'batchrock retry',
        'batchrock retry r-7f3 --codes 400,no_output',
        'batchrock retry --schema-mismatch',
        'batchrock retry --all',
      ],
      more: `Rows that succeeded are never sent again, nor rows that were rejected. Rows that
the service has refused for good (400, content that is blocked) are left out
unless --codes names their code, or --all. batchrock errors shows the codes.`,
    })
    .addOption(
      new Option('--codes <codes>', 'rows that failed with one of these; comma-separated').argParser(list).conflicts('all'),
    )
    .addOption(new Option('--schema-mismatch', 'rows whose answer is not by the schema of the run').conflicts(['codes', 'all']))
    .option('--all', 'every failed row')
    .option('--extra-attempts <n>', 'times more that a row is sent, at most (default: 1)', wholeNumber(1, 100))
    .addOption(notifyOption())
    .action(
      cli.action<RetryFlags>(async (context, flags, [run]) => {
        const { retryFailed } = await import('../sdk/index.ts');
        const { codes, all, schemaMismatch, extraAttempts } = flags;
        return driveCommand(context, flags, (session, follow) =>
          retryFailed(session, run, { ...follow, codes, all, schemaMismatch, extraAttempts }),
        );
      }),
    );
}
