import type { Command } from 'commander';
import type { Cli } from '../../cli/cli.ts';
import { ExitCode, exitCodeOfFiles } from '../../cli/exit-codes.ts';
import type { CommonFlags } from '../../cli/option-groups.ts';
import { withOpenQueue } from './with-open-queue.ts';

interface ShowFlags extends CommonFlags {
  readonly exitStatus?: boolean;
}

/** `queue show`: how a file stands. */
export function showCommand(cli: Cli): Command {
  return cli
    .command('show <file>', {
      of: 'queue',
      summary: 'how a file of a queue stands',
      examples: [
        'batchrock queue show reviews.jsonl --stack BatchrockQueue',
        'batchrock queue show f-3k9x0c2m1q --stack BatchrockQueue --json',
      ],
    })
    .option('--exit-status', 'exit with 7 until it is at its end, then as put --wait')
    .action(
      cli.action<ShowFlags, readonly [string]>((context, flags, [named]) =>
        withOpenQueue(context, flags, async (queue) => {
          const { fileDocument, renderFile } = await import('../../render/queue-text.ts');
          const { terminal } = context;
          const file = await queue.show(named);
          if (flags.json) await terminal.json({ schema: 'batchrock.file/1', ...fileDocument(file) });
          else await terminal.data(`${renderFile(file).join('\n')}\n`);
          return flags.exitStatus ? exitCodeOfFiles([file]) : ExitCode.ok;
        }),
      ),
    );
}
