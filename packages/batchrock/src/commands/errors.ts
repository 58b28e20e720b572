import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import { wholeNumber } from '../cli/values.ts';

interface ErrorsFlags extends CommonFlags {
  readonly examples?: number;
}

/** `errors`: why rows have no answer, grouped. */
export function errorsCommand(cli: Cli): Command {
  return cli
    .command('errors [run]', {
      summary: 'why rows failed or were rejected, grouped',
      examples: ['batchrock errors', 'batchrock errors r-7f3 --examples 10 --json'],
    })
    .option('--examples <n>', 'rows shown for each reason (default: 3)', wholeNumber(0, 1000))
    .action(
      cli.action<ErrorsFlags>(async ({ host, terminal, interrupts }, flags, [run]) => {
        const { openRun, openSession, readErrors } = await import('../sdk/index.ts');
        const { exportProgress } = await import('../cli/export-progress.ts');
        const { errorsNext, renderErrors } = await import('../render/errors-text.ts');
        const notice = (text: string): void => terminal.note(terminal.paint.dim(text));
        const session = await openSession(sessionOptions(host, flags, notice));
        try {
          const { id, connection } = await openRun(session, run);
          const onProgress = await exportProgress(terminal, session, id);
          const groups = await readErrors(connection, id, { examples: flags.examples, signal: interrupts.signal, onProgress });
          if (flags.json) await terminal.json({ schema: 'batchrock.errors/1', run: id, groups });
          else if (groups.length > 0) {
            await terminal.data(`${renderErrors(groups, terminal.dataWidth).join('\n')}\n`);
            for (const line of errorsNext(id, groups)) terminal.note(line);
          } else terminal.note(`run ${id}: no row failed or was rejected`);
          return ExitCode.ok;
        } finally {
          await session.close();
        }
      }),
    );
}
