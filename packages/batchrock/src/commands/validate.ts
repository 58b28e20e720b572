import { type Command, Option } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import { type CommonFlags, type QuestionFlags, withLineOptions, withRows } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import type { CheckOptions, RowProblem } from '../sdk/check/index.ts';

interface ValidateFlags extends CommonFlags, Omit<QuestionFlags, 'format'> {
  readonly format?: 'text' | 'json' | 'sarif';
}

/** Problems that a document holds at most; as text all of them are printed. */
const MOST_KEPT = 10_000;

/** `validate`: what is wrong with the rows of a dataset, all of it. */
export function validateCommand(cli: Cli): Command {
  const command = cli.command('validate [dataset...]', {
    summary: 'what is wrong with a dataset, row by row; asks no service',
    examples: [
      'batchrock validate requests.jsonl --model amazon.nova-pro-v1:0',
      'batchrock validate a.csv --model amazon.nova-lite-v1:0 --prompt "{text}"',
      'batchrock validate requests.jsonl --split-models',
    ],
    more: `Each problem is a line on standard output: file:line: path: message (code).
Ends with 3 when a row cannot be sent, with 0 when all can. Images behind
URLs are not fetched: with --fetch-images they are taken to be there.`,
  });
  return withLineOptions(withRows(command))
    .addOption(new Option('--format <format>', 'of the problems (default: text)').choices(['text', 'json', 'sarif']))
    .action(
      cli.action<ValidateFlags, readonly [readonly string[]]>((context, flags, [dataset]) => validate(context, flags, dataset)),
    );
}

async function validate(context: CommandContext, flags: ValidateFlags, dataset: readonly string[]): Promise<ExitCode> {
  const { host, terminal, interrupts } = context;
  const { format: asked, ...questionFlags } = flags;
  const format = flags.json ? 'json' : (asked ?? 'text');
  const { promptOf, questionOf } = await import('../cli/question-of-flags.ts');
  const prompt = await promptOf(questionFlags, host.cwd);
  const { openLookingSession } = await import('../sdk/index.ts');
  const { checkRows, checkSplitRows } = await import('../sdk/check/index.ts');
  const { problemLine, reportLine, sarifDocument, validateDocument } = await import('../render/problems-text.ts');
  const { ProgressDisplay } = await import('../cli/progress-display.ts');
  const display = new ProgressDisplay(terminal);
  const session = await openLookingSession(sessionOptions(host, flags, (text) => display.notice(text)));
  const kept: RowProblem[] = [];
  let isRepeated = false;
  const options: CheckOptions = {
    signal: interrupts.signal,
    onProgress: (progress) => display.show(progress),
    stdin: host.stdin,
    async onRows(rows) {
      const problems = rows.flatMap((row) => row.problems);
      if (problems.length === 0) return;
      isRepeated ||= problems.some(({ code }) => code === 'duplicate_custom_id');
      if (format === 'text') await terminal.data(`${problems.map(problemLine).join('\n')}\n`);
      else kept.push(...problems.slice(0, MOST_KEPT - kept.length));
    },
  };
  const question = questionOf(dataset, questionFlags, prompt);
  const report = flags.splitModels
    ? await checkSplitRows(session, { ...question, model: flags.model }, options)
    : await checkRows(session, question, options);
  display.end();
  if (format === 'json') await terminal.json({ schema: 'batchrock.validate/1', ...validateDocument(report, kept) });
  if (format === 'sarif') await terminal.json(sarifDocument(kept));
  terminal.note(reportLine(report));
  if (isRepeated)
    terminal.note('  a custom_id that stands in several lines keeps the whole file from being sent: give each line its own');
  return report.errors === 0 ? ExitCode.ok : ExitCode.rowsFailed;
}
