import type { Session } from '../sdk/session.ts';
import type { SplitOptions, SplitReport } from '../sdk/split/start-split.ts';
import type { CommandContext } from './cli.ts';
import { ExitCode, exitCodeOfRun } from './exit-codes.ts';
import type { CommonFlags } from './option-groups.ts';
import { sessionOptions } from './session-options.ts';

/** The same as `driveCommand`, for the runs of a file that is split by its models. */
export async function splitCommand(
  { host, terminal, interrupts }: CommandContext,
  flags: CommonFlags,
  work: (session: Session, follow: SplitOptions) => Promise<SplitReport>,
  { toStdout }: { readonly toStdout: boolean },
): Promise<ExitCode> {
  const { combinedStatus, openSession } = await import('../sdk/index.ts');
  const { ProgressDisplay } = await import('./progress-display.ts');
  const { createStdoutSink } = await import('./stdout-sink.ts');
  const { renderSplit, splitDocument } = await import('../render/split-text.ts');
  const display = new ProgressDisplay(terminal);
  const session = await openSession(sessionOptions(host, flags, (text) => display.notice(text)));
  try {
    const report = await work(session, {
      signal: interrupts.signal,
      onProgress: (progress) => display.show(progress),
      ...(toStdout ? { sink: createStdoutSink((block) => terminal.data(block)) } : {}),
    });
    display.end();
    if (flags.json) await terminal.json(splitDocument(report));
    for (const line of renderSplit(report)) terminal.note(line);
    const [first] = report.runs;
    if (first === undefined) return ExitCode.ok;
    return exitCodeOfRun(combinedStatus(report.runs.map(({ status }) => status)), first.maxErrorRate);
  } catch (error) {
    display.end();
    if (interrupts.received !== undefined) terminal.warn('nothing is lost; the same command goes on with all of its runs');
    throw error;
  } finally {
    display.end();
    await session.close();
  }
}
