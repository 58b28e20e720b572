import { type Command, Option } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import { type CommonFlags, notifyOption } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';

type Mode = 'drain' | 'stop' | 'abandon';

interface StopFlags extends CommonFlags {
  readonly mode?: Mode;
}

/** `stop`: ends a run; what it has produced is kept. */
export function stopCommand(cli: Cli): Command {
  return cli
    .command('stop [run]', {
      summary: 'stop a run; what it has produced is kept',
      examples: ['batchrock stop --mode drain', 'batchrock stop r-7f3 --mode stop'],
      more: 'drain    send nothing more; jobs in flight end by themselves\nstop     stop them too: you pay for what they have processed\nabandon  leave them alone: they go on and cost as if nothing had happened',
    })
    .addOption(new Option('--mode <mode>', 'what becomes of jobs in flight').choices(['drain', 'stop', 'abandon']))
    .addOption(notifyOption())
    .action(cli.action<StopFlags>((context, flags, [run]) => stopRun(context, flags, run)));
}

async function stopRun(
  { host, terminal, interrupts }: CommandContext,
  flags: StopFlags,
  reference: string | undefined,
): Promise<ExitCode> {
  const { howToGoOn, openSession, readStatus, runArguments, stop } = await import('../sdk/index.ts');
  const { countsText, resultsPlace, stateText, statusDocument } = await import('../render/run-text.ts');
  const { renderStopPrices } = await import('../render/stop-text.ts');
  const { ProgressDisplay } = await import('../cli/progress-display.ts');
  const display = new ProgressDisplay(terminal);
  const session = await openSession(sessionOptions(host, flags, (text) => display.notice(text)));
  try {
    const before = await readStatus(session, reference);
    // one that is at rest has nothing to choose about: `stop` says how it stands
    const isAtRest = before.state === 'ended' || before.state === 'stopped';
    let mode = flags.mode ?? (isAtRest ? 'drain' : undefined);
    if (mode === undefined) {
      const { InputError } = await import('@batchrock/core');
      if (!terminal.canAsk)
        throw new InputError('BR-E0119', `how to stop run ${before.run} is not said`, {
          hint: 'add --mode drain, --mode stop or --mode abandon',
        });
      for (const line of renderStopPrices(before)) terminal.warn(line);
      const answer = (await terminal.ask('drain, stop or abandon? ')).trim();
      if (answer !== 'drain' && answer !== 'stop' && answer !== 'abandon') {
        throw new InputError('BR-E0119', `${JSON.stringify(answer)} is no way to stop; nothing was done`, {
          hint: 'answer drain, stop or abandon',
        });
      }
      mode = answer;
    }
    let results: string | undefined;
    const status = await stop(session, before.run, {
      mode,
      signal: interrupts.signal,
      onProgress: (progress) => display.show(progress),
      onResults: (output) => {
        results = resultsPlace(output);
      },
    });
    display.end();
    if (flags.json) await terminal.json({ schema: 'batchrock.status/1', ...statusDocument(status) });
    terminal.note(`run ${status.run} ${stateText(status)}: ${countsText(status)}`);
    if (results !== undefined) terminal.note(`  results: ${results}`);
    if (status.state === 'stopping') terminal.note(`  its jobs come to an end; batchrock watch ${runArguments(status)} shows it`);
    terminal.note(`  ${howToGoOn(status)} goes on with it`);
    return ExitCode.ok;
  } finally {
    await session.close();
  }
}
