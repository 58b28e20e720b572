import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { ExitCode, exitCodeOfRun } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';

interface StatusFlags extends CommonFlags {
  readonly exitStatus?: boolean;
}

/** `status`: where a run stands. Reads the ledger alone. */
export function statusCommand(cli: Cli): Command {
  return cli
    .command('status [run]', {
      summary: 'where a run stands',
      examples: ['batchrock status', 'batchrock status r-7f3 --json'],
      more: 'RUN is a run id or the start of one; default: the newest run.',
    })
    .option('--exit-status', 'exit with 7 until it has ended, then as run does')
    .action(
      cli.action<StatusFlags>(async ({ host, terminal }, flags, [run]) => {
        const { loadRunHome, openSession, readStatus } = await import('../sdk/index.ts');
        const { renderStatus, statusDocument } = await import('../render/run-text.ts');
        const notice = (text: string): void => terminal.note(terminal.paint.dim(text));
        const session = await openSession(sessionOptions(host, flags, notice));
        try {
          const status = await readStatus(session, run);
          if (status.synthetic) terminal.note(terminal.paint.dim(`${status.target}: answers are synthetic`));
          if (flags.json) await terminal.json({ schema: 'batchrock.status/1', ...statusDocument(status) });
          else await terminal.data(`${renderStatus(status).join('\n')}\n`);
          if (!flags.exitStatus) return ExitCode.ok;
          return exitCodeOfRun(status, (await loadRunHome(session, status.run)).maxErrorRate);
        } finally {
          await session.close();
        }
      }),
    );
}
