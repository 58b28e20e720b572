import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';

/** `pause`: sends nothing new of a run. */
export function pauseCommand(cli: Cli): Command {
  return cli
    .command('pause [run]', {
      summary: 'send nothing new of a run; its jobs go on and are collected',
      examples: ['batchrock pause', 'batchrock pause r-7f3'],
      more: `The process that works on the run waits, and so does an execution with --stack.
batchrock resume goes on with it. What is in flight costs what it costs: stop
--mode stop ends it.`,
    })
    .action(
      cli.action<CommonFlags>(async ({ host, terminal, interrupts }, flags, [run]) => {
        const { howToGoOn, openSession, pause } = await import('../sdk/index.ts');
        const { plural } = await import('../render/figures.ts');
        const { countsText, stateText, statusDocument } = await import('../render/run-text.ts');
        const notice = (text: string): void => terminal.note(terminal.paint.dim(text));
        const session = await openSession(sessionOptions(host, flags, notice));
        try {
          const status = await pause(session, run, { signal: interrupts.signal });
          if (flags.json) await terminal.json({ schema: 'batchrock.status/1', ...statusDocument(status) });
          terminal.note(`run ${status.run} ${stateText(status)}: ${countsText(status)}`);
          const { running } = status.jobs;
          const still = running === 1 ? 'it is not stopped' : 'they are not stopped';
          // answers of a server that is not AWS cost nothing
          const cost = status.synthetic ? '' : running === 1 ? ', and costs' : ', and cost';
          if (running > 0) terminal.note(`  ${plural(running, 'job')} in flight: ${still}${cost}`);
          if (status.paused) terminal.note(`  ${howToGoOn(status)} goes on with it`);
          return ExitCode.ok;
        } finally {
          await session.close();
        }
      }),
    );
}
