import type { Command } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { type ExitCode, exitCodeOfRun } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import { milliseconds } from '../cli/values.ts';
import type { RunProgress } from '../sdk/progress.ts';

interface WatchFlags extends CommonFlags {
  readonly timeout?: number;
}

/** `watch`: follows a run that another process drives; Ctrl-C leaves it alone. */
export function watchCommand(cli: Cli): Command {
  return cli
    .command('watch [run]', {
      summary: 'follow a run until it has ended',
      examples: ['batchrock watch', 'batchrock watch r-7f3 --timeout 30m --json'],
      more: 'Ctrl-C leaves the run alone. With --json: one event a line, then the run.',
    })
    .option('--timeout <duration>', 'give up after 45s, 30m or 2h, with exit code 7', milliseconds)
    .action(cli.action<WatchFlags>((context, flags, [run]) => watch(context, flags, run)));
}

async function watch(
  { host, terminal, interrupts }: CommandContext,
  flags: WatchFlags,
  reference: string | undefined,
): Promise<ExitCode> {
  const { findRunId, loadRunHome, openSession, runArguments, watchRun } = await import('../sdk/index.ts');
  const { ProgressDisplay } = await import('../cli/progress-display.ts');
  const { describeTarget } = await import('../compose/target.ts');
  const { renderReport, statusDocument } = await import('../render/run-text.ts');
  const display = new ProgressDisplay(terminal);
  const session = await openSession(sessionOptions(host, flags, (text) => display.notice(text)));
  let stream = Promise.resolve();
  const show = (progress: RunProgress): void => {
    if (flags.json && progress.phase === 'event') {
      const at = new Date(progress.event.at).toISOString();
      stream = stream.then(() => terminal.json({ schema: 'batchrock.event/1', ...progress.event, at }));
    }
    display.show(progress);
  };
  try {
    const run = await findRunId(session, reference);
    const home = await loadRunHome(session, run);
    if (home.document.synthetic) display.notice(`${describeTarget(home.target)}: answers are synthetic`);
    try {
      const status = await watchRun(session, run, { signal: interrupts.signal, timeoutMs: flags.timeout, onProgress: show });
      display.end();
      await stream;
      if (flags.json) await terminal.json({ schema: 'batchrock.status/1', ...statusDocument(status) });
      else for (const line of renderReport(status, undefined)) terminal.note(line);
      return exitCodeOfRun(status, home.maxErrorRate);
    } catch (error) {
      display.end();
      if (interrupts.received !== undefined)
        terminal.warn(`run continues; batchrock watch ${runArguments({ run, stack: session.stack?.name })}`);
      throw error;
    }
  } finally {
    await session.close();
  }
}
