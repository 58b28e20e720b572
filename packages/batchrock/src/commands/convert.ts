import { type Command, Option } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import { type CommonFlags, type QuestionFlags, withRows } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import { wholeNumber } from '../cli/values.ts';
import type { CheckedRow } from '../sdk/check/index.ts';

interface ConvertFlags extends CommonFlags, QuestionFlags {
  readonly to: 'bedrock' | 'openai';
  readonly created?: number;
}

/** `convert`: a pure translation, from standard input or files to standard output. */
export function convertCommand(cli: Cli): Command {
  const command = cli.command('convert [dataset...]', {
    summary: 'translate requests for a model, or its answers for OpenAI clients',
    examples: [
      'batchrock convert in.jsonl --to bedrock --model amazon.nova-pro-v1:0',
      'batchrock convert in.jsonl.out --to openai --model amazon.nova-pro-v1:0',
    ],
    more: `Sends nothing and keeps nothing. What cannot be translated is told on standard
error with its line and left out; the command ends with 3 then. A record is
known by its custom_id, one of several answers to a line by custom_id#0 and on.`,
  });
  return withRows(command)
    .optionsGroup('Translation:')
    .addOption(
      new Option('--to <format>', 'records for a job, or lines of an OpenAI batch output')
        .choices(['bedrock', 'openai'])
        .makeOptionMandatory(),
    )
    .option('--created <seconds>', 'to openai: when the answers were made, since 1970 (default: 0)', wholeNumber(0))
    .action(
      cli.action<ConvertFlags, readonly [readonly string[]]>((context, flags, [dataset]) => convert(context, flags, dataset)),
    );
}

async function convert(context: CommandContext, flags: ConvertFlags, dataset: readonly string[]): Promise<ExitCode> {
  const { host, terminal, interrupts } = context;
  const { promptOf, questionOf } = await import('../cli/question-of-flags.ts');
  const prompt = await promptOf(flags, host.cwd);
  const { openLookingSession } = await import('../sdk/index.ts');
  const { checkRows, convertAnswers } = await import('../sdk/check/index.ts');
  const { problemLine } = await import('../render/problems-text.ts');
  const notice = (text: string): void => terminal.note(terminal.paint.dim(text));
  const session = await openLookingSession(sessionOptions(host, flags, notice));
  let leftOut = 0;
  const options = {
    signal: interrupts.signal,
    stdin: host.stdin,
    async onRows(rows: readonly CheckedRow[]): Promise<void> {
      for (const { problems } of rows) {
        if (problems.some((problem) => problem.level === 'error')) leftOut += 1;
        for (const problem of problems) terminal.warn(problemLine(problem));
      }
      const text = rows.flatMap((row) => row.records).join('');
      if (text !== '') await terminal.data(text);
    },
  };
  const question = questionOf(dataset, flags, prompt);
  if (flags.to === 'openai') await convertAnswers(session, { ...question, created: flags.created }, options);
  else await checkRows(session, question, options);
  return leftOut === 0 ? ExitCode.ok : ExitCode.rowsFailed;
}
