import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import { wholeNumber } from '../cli/values.ts';

interface ListFlags extends CommonFlags {
  readonly limit?: number;
}

/** Runs in a table; `--json` is for programs, and has all. */
const SHOWN = 20;

/** `list`: the runs of the ledger, newest first. */
export function listCommand(cli: Cli): Command {
  return cli
    .command('list', {
      summary: 'the runs of the ledger, newest first',
      examples: ['batchrock list', 'batchrock list --limit 100', 'batchrock list --json'],
    })
    .option('--limit <n>', 'so many at most (default: 20; with --json: all)', wholeNumber(1))
    .action(
      cli.action<ListFlags>(async ({ host, terminal }, flags) => {
        const { howToGoOn, openSession, readNewest } = await import('../sdk/index.ts');
        const { count } = await import('../render/figures.ts');
        const { renderList } = await import('../render/list-text.ts');
        const { statusDocument } = await import('../render/run-text.ts');
        const session = await openSession(sessionOptions(host, flags));
        try {
          const limit = flags.limit ?? (flags.json ? Number.POSITIVE_INFINITY : SHOWN);
          const { runs, older } = await readNewest(session, limit);
          if (runs.some((each) => each.synthetic)) {
            terminal.note(terminal.paint.dim('answers of runs marked "synthetic" come from no model'));
          }
          if (flags.json) await terminal.json({ schema: 'batchrock.list/1', runs: runs.map(statusDocument) });
          else if (runs.length > 0) await terminal.data(`${renderList(runs, terminal.dataWidth).join('\n')}\n`);
          else terminal.note(`no runs in ${session.ledgerName}`);
          if (older > 0)
            terminal.note(
              `${count(older)} older: batchrock list --limit ${runs.length + older} shows ${older === 1 ? 'it' : 'them'} too`,
            );
          for (const run of runs.filter((each) => each.attended === false))
            terminal.note(`no process works on run ${run.run}: ${howToGoOn(run)} goes on with it`);
          return ExitCode.ok;
        } finally {
          await session.close();
        }
      }),
    );
}
