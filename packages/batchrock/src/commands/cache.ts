import { Argument, type Command } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import { milliseconds } from '../cli/values.ts';

interface CacheFlags extends CommonFlags {
  readonly model?: string;
  readonly olderThan?: number;
  readonly yes?: boolean;
}

const MORE = `Runs with --cache keep their answers on this machine, in answers.db of the state
directory, and send no request that has one. clear asks before it removes them;
runs keep the answers that they have.`;

/** `cache`: what runs with `--cache` have kept, and how to remove it. */
export function cacheCommand(cli: Cli): Command {
  return cli
    .command('cache', {
      summary: 'answers that runs with --cache have kept',
      examples: ['batchrock cache ls', 'batchrock cache ls --older-than 30d --json', 'batchrock cache clear --older-than 30d'],
      more: MORE,
    })
    .addArgument(new Argument('<action>', 'what to do').choices(['ls', 'clear']))
    .option('--model <id>', 'answers of this model alone')
    .option('--older-than <age>', 'kept before then: 30d, 12h', milliseconds)
    .option('-y, --yes', 'clear: do not ask')
    .action(cli.action<CacheFlags>((context, flags, [action]) => (action === 'ls' ? list : clear)(context, flags)));
}

async function list({ host, terminal }: CommandContext, flags: CacheFlags): Promise<ExitCode> {
  const { openLookingSession, readAnswers } = await import('../sdk/index.ts');
  const { answersDocument, renderAnswers } = await import('../render/cache-text.ts');
  const session = await openLookingSession(sessionOptions(host, flags));
  const kept = readAnswers(session, flags);
  if (flags.json) await terminal.json({ schema: 'batchrock.cache/1', ...answersDocument(kept) });
  else if (kept.models.length > 0) await terminal.data(`${renderAnswers(kept).join('\n')}\n`);
  else terminal.note(`no answers in ${kept.path}: batchrock run --cache keeps them`);
  return ExitCode.ok;
}

async function clear({ host, terminal }: CommandContext, flags: CacheFlags): Promise<ExitCode> {
  const { clearAnswers, openLookingSession, readAnswers } = await import('../sdk/index.ts');
  const { bytes, plural } = await import('../render/figures.ts');
  const session = await openLookingSession(sessionOptions(host, flags));
  const kept = readAnswers(session, flags);
  const what = `${plural(kept.answers, 'answer')} (${bytes(kept.bytes)}) in ${kept.path}`;
  const isAgreed = flags.yes === true || kept.answers === 0 || (terminal.canAsk && (await terminal.confirm(`remove ${what}?`)));
  if (!isAgreed) {
    const { InputError } = await import('@batchrock/core');
    const hint = 'add --yes, or answer y at a terminal';
    throw new InputError('BR-E0119', `${what}: nobody has agreed to remove them, and nothing is removed`, { hint });
  }
  const removed = clearAnswers(session, flags);
  if (flags.json) await terminal.json({ schema: 'batchrock.cache-cleared/1', path: kept.path, removed });
  else terminal.note(`${plural(removed, 'answer')} removed from ${kept.path}`);
  return ExitCode.ok;
}
