import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';

/** `list`: every run of the ledger, newest first. */
export function listCommand(cli: Cli): Command {
  return cli
    .command('list', { summary: 'all runs of the ledger, newest first', examples: ['batchrock list', 'batchrock list --json'] })
    .action(
      cli.action<CommonFlags>(async ({ host, terminal }, flags) => {
        const { howToGoOn, openSession, readList } = await import('../sdk/index.ts');
        const { renderList } = await import('../render/list-text.ts');
        const { statusDocument } = await import('../render/run-text.ts');
        const session = await openSession(sessionOptions(host, flags));
        try {
          const runs = await readList(session);
          if (runs.some((each) => each.synthetic)) {
            terminal.note(terminal.paint.dim('answers of runs marked "synthetic" come from no model'));
          }
          if (flags.json) await terminal.json({ schema: 'batchrock.list/1', runs: runs.map(statusDocument) });
          else if (runs.length > 0) await terminal.data(`${renderList(runs, terminal.dataWidth).join('\n')}\n`);
          else terminal.note(`no runs in ${session.ledgerName}`);
          for (const run of runs.filter((each) => each.attended === false))
            terminal.note(`no process works on run ${run.run}: ${howToGoOn(run)} goes on with it`);
          return ExitCode.ok;
        } finally {
          await session.close();
        }
      }),
    );
}
