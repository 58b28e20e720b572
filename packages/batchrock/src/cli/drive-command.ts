import type { FollowOptions } from '../sdk/progress.ts';
import type { RunReport } from '../sdk/reports.ts';
import type { Session } from '../sdk/session.ts';
import type { CommandContext } from './cli.ts';
import { ExitCode, exitCodeOfRun } from './exit-codes.ts';
import type { CommonFlags } from './option-groups.ts';
import { sessionOptions } from './session-options.ts';

/** What a command that drives a run to rest is asked for. */
export interface DriveCommandOptions {
  /** Results go to standard output when the run has come to rest. */
  readonly toStdout?: boolean;
}

/** Opens a session, shows how the run goes on, prints how it came out, and says after Ctrl-C how to go on. */
export async function driveCommand(
  { host, terminal, interrupts }: CommandContext,
  flags: CommonFlags,
  work: (session: Session, follow: FollowOptions) => Promise<RunReport>,
  options: DriveCommandOptions = {},
): Promise<ExitCode> {
  const { openSession, readStatus, resultsToSink } = await import('../sdk/index.ts');
  const { ProgressDisplay } = await import('./progress-display.ts');
  const { createStdoutSink } = await import('./stdout-sink.ts');
  const { renderLeft, reportDocument, renderReport } = await import('../render/run-text.ts');
  const display = new ProgressDisplay(terminal);
  const onNotice = (text: string): void => display.notice(text);
  const session = await openSession(sessionOptions(host, flags, onNotice));
  try {
    const report = await work(session, { signal: interrupts.signal, onProgress: (progress) => display.show(progress) });
    display.end();
    if (options.toStdout)
      await resultsToSink(
        session,
        report.status.run,
        createStdoutSink((block) => terminal.data(block)),
      );
    else if (flags.json) await terminal.json(reportDocument(report));
    if (report.isLeft) {
      for (const line of renderLeft(report.status)) terminal.note(line);
      return ExitCode.ok;
    }
    if (terminal.log !== undefined) {
      const { logStatus } = await import('../log/run-log.ts');
      logStatus(terminal.log, report.status);
    }
    for (const line of renderReport(report.status, report.output)) terminal.note(line);
    return exitCodeOfRun(report.status, report.maxErrorRate);
  } catch (error) {
    // read anew: jobs may have been created since the last status was shown
    if (interrupts.received !== undefined)
      display.explainStop(display.run === undefined ? undefined : await readStatus(session, display.run).catch(() => undefined));
    throw error;
  } finally {
    display.end();
    await session.close();
  }
}
