import { type Command, InvalidArgumentError } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import { list, milliseconds } from '../cli/values.ts';
import type { GcReport, RestingState } from '../sdk/index.ts';

interface GcFlags extends CommonFlags {
  readonly olderThan?: number;
  readonly state?: readonly RestingState[];
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const MONTH_MS = 30 * 24 * 3_600_000;

const MORE = `What goes of a run that rests: its rows, the input and output of its jobs and
its outcomes, in the bucket or on this machine. After that its results cannot
be written again, nor its rows sent again. What stays: the files that you
wrote, and what status, list and cost tell. A run that a process works on,
that may have a job, or that another ledger has taken over stays whatever is
asked for; one of which no file has all results, as they are now, stays without
--force. Copies of datasets and images in the state directory go when no run
refers to them. Answers that --cache keeps are for batchrock cache clear. Runs
of an orchestrator (--stack) are not touched: the lifecycle of its bucket is
for those.`;

/** `gc`: removes what runs that rest have left in the state directory and in buckets. */
export function gcCommand(cli: Cli): Command {
  return cli
    .command('gc', {
      summary: 'remove what old runs have left here and in buckets',
      examples: [
        'batchrock gc --dry-run',
        'batchrock gc --older-than 90d --yes',
        'batchrock gc --state stopped,refused --dry-run --json',
      ],
      more: MORE,
    })
    .option('--older-than <age>', 'at rest, or written, before then: 12h (default: 30d)', milliseconds)
    .option('--state <states>', 'runs in these: ended, stopped, refused (default: ended,refused)', states)
    .option('--force', 'also runs of which no file has all results')
    .option('--dry-run', 'only say what would go')
    .option('-y, --yes', 'do not ask')
    .action(cli.action<GcFlags>(collect));
}

function states(text: string): readonly RestingState[] {
  return list(text).map((name) => {
    if (name === 'ended' || name === 'stopped' || name === 'refused') return name;
    throw new InvalidArgumentError('give ended, stopped, refused or several with commas: others are still on their way');
  });
}

async function collect({ host, terminal }: CommandContext, flags: GcFlags): Promise<ExitCode> {
  const { findGarbage, openSession, removeGarbage } = await import('../sdk/index.ts');
  const { freedDocument, garbageDocument, keptLines, renderGarbage } = await import('../render/gc-text.ts');
  const notice = (text: string): void => terminal.note(terminal.paint.dim(text));
  const session = await openSession({ ...sessionOptions(host, flags, notice), ownLedger: true, existing: true });
  try {
    const filter = {
      olderThan: flags.olderThan ?? MONTH_MS,
      states: flags.state ?? (['ended', 'refused'] as const),
      force: flags.force,
    };
    const report = await findGarbage(session, filter);
    if (!flags.json) {
      if (report.garbage.length > 0) await terminal.data(`${renderGarbage(report).join('\n')}\n`);
      else terminal.note(`nothing to remove in ${report.path}`);
      for (const line of keptLines(report)) terminal.note(line);
    }
    const isAgreed = !flags.dryRun && report.garbage.length > 0 && (await agree({ host, terminal }, flags, report));
    const freed = isAgreed ? await removeGarbage(session, report, filter) : undefined;
    if (flags.json) await terminal.json({ schema: 'batchrock.gc/1', ...garbageDocument(report), freed: freedDocument(freed) });
    if (freed === undefined) return ExitCode.ok;
    const { bytes, plural } = await import('../render/figures.ts');
    for (const { name, why } of freed.failed) terminal.warn(`${name} stays: ${why}`);
    terminal.note(`${plural(freed.files, 'file')}, ${bytes(freed.bytes)} removed`);
    return freed.failed.length > 0 ? ExitCode.unfinished : ExitCode.ok;
  } finally {
    await session.close();
  }
}

/** Throws `BR-E0119` unless somebody has agreed. */
async function agree(
  { terminal }: Pick<CommandContext, 'host' | 'terminal'>,
  flags: GcFlags,
  { garbage }: GcReport,
): Promise<true> {
  const { bytes, plural } = await import('../render/figures.ts');
  const files = garbage.reduce((sum, each) => sum + each.files, 0);
  const size = garbage.reduce((sum, each) => sum + each.bytes, 0);
  const what = `${plural(files, 'file')} (${bytes(size)})`;
  if (flags.yes || (terminal.canAsk && (await terminal.confirm(`remove ${what} for good?`)))) return true;
  const { InputError } = await import('@batchrock/core');
  throw new InputError('BR-E0119', `${what}: nobody has agreed to remove them, and nothing is removed`, {
    hint: 'add --yes, or answer y at a terminal; --dry-run only says what would go',
  });
}
