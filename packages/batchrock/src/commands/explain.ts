import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';

/** `explain`: the whole life of a row, a record, a part or a job. */
export function explainCommand(cli: Cli): Command {
  return cli
    .command('explain <run-or-what> [what]', {
      summary: 'the life of a row, a record, a part or a job',
      examples: ['batchrock explain 42', 'batchrock explain r-7f3 00000-1', 'batchrock explain r-7f3 a70000012ab'],
      more: 'WHAT is the number of a row (from 1), a record id, a part such as 00007-1, or a\njob by id, ARN or name. With one argument the newest run is meant.',
    })
    .action(
      cli.action<CommonFlags>(async ({ host, terminal }, flags, [first, second]) => {
        const { explain, openRun, openSession } = await import('../sdk/index.ts');
        const { renderExplanation } = await import('../render/explain-text.ts');
        const notice = (text: string): void => terminal.note(terminal.paint.dim(text));
        const session = await openSession(sessionOptions(host, flags, notice));
        try {
          const { id, connection } = await openRun(session, second === undefined ? undefined : first);
          const explanation = await explain(connection, id, (second ?? first) as string);
          if (flags.json) await terminal.json({ schema: 'batchrock.explain/1', run: id, ...explanation });
          else await terminal.data(`${renderExplanation(explanation, terminal.dataWidth).join('\n')}\n`);
          return ExitCode.ok;
        } finally {
          await session.close();
        }
      }),
    );
}
