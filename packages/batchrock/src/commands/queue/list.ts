import { type Command, Option } from 'commander';
import type { Cli } from '../../cli/cli.ts';
import { ExitCode } from '../../cli/exit-codes.ts';
import type { CommonFlags } from '../../cli/option-groups.ts';
import { wholeNumber } from '../../cli/values.ts';
import type { QueuedFile } from '../../sdk/queue/index.ts';
import { withOpenQueue } from './with-open-queue.ts';

interface ListFlags extends CommonFlags {
  readonly status?: QueuedFile['status'];
  readonly limit?: number;
}

const STATUSES: readonly QueuedFile['status'][] = [
  'Pending',
  'InProgress',
  'Paused',
  'Completed',
  'PartiallyCompleted',
  'Failed',
  'Cancelled',
];

/** `queue list`: the files of a queue, newest first. */
export function listCommand(cli: Cli): Command {
  return cli
    .command('list', {
      of: 'queue',
      summary: 'the files of a queue, newest first',
      examples: ['batchrock queue list --stack BatchrockQueue', 'batchrock queue list --stack BatchrockQueue --status Failed'],
    })
    .addOption(new Option('--status <status>', 'those alone that stand so').choices(STATUSES))
    .option('--limit <n>', 'the newest n', wholeNumber(1))
    .action(
      cli.action<ListFlags>((context, flags) =>
        withOpenQueue(context, flags, async (queue) => {
          const { fileDocument, renderFiles } = await import('../../render/queue-text.ts');
          const { terminal } = context;
          const { status, limit } = flags;
          const files = await queue.list({ ...(status && { status }), ...(limit !== undefined && { limit }) });
          if (flags.json) await terminal.json({ schema: 'batchrock.files/1', files: files.map(fileDocument) });
          else if (files.length > 0) await terminal.data(`${renderFiles(files, terminal.dataWidth).join('\n')}\n`);
          else terminal.note(`no ${status === undefined ? 'files' : `file that is ${status}`} in the queue ${queue.stack}`);
          if ((await queue.pausedAt()) !== undefined) {
            terminal.note(`the queue is paused; batchrock queue resume --stack ${queue.stack} lets it go on`);
          }
          return ExitCode.ok;
        }),
      ),
    );
}
