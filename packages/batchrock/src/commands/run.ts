import type { Command } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { driveCommand } from '../cli/drive-command.ts';
import type { ExitCode } from '../cli/exit-codes.ts';
import {
  type CommonFlags,
  notifyOption,
  type QuestionFlags,
  shapeOption,
  type TargetFlags,
  withQuestion,
  withStackName,
  withTarget,
} from '../cli/option-groups.ts';
import { dollars, share, wholeNumber } from '../cli/values.ts';
import type { ResultShape } from '../request/output.ts';

interface RunFlags extends CommonFlags, QuestionFlags, TargetFlags {
  readonly out?: string;
  readonly maxRowsPerFile?: number;
  readonly csvSafe?: boolean;
  readonly shape?: ResultShape;
  readonly force?: boolean;
  readonly new?: boolean;
  readonly maxErrorRate?: number;
  readonly maxCost?: number;
  readonly yes?: boolean;
  readonly jobPrefix?: string;
  readonly detach?: boolean;
}

/** `run`: the main job, from a dataset to its results. */
export function runCommand(cli: Cli): Command {
  const command = cli.command('run [dataset...]', {
    summary: 'send a dataset, wait, and write its results',
    examples: [
      `batchrock run reviews.csv --model anthropic.claude-3-haiku-20240307-v1:0 \\
      --prompt "Classify the sentiment of: {text}"`,
      'batchrock run a.jsonl --model amazon.titan-embed-text-v2:0 --text-column a',
    ],
    more: `The same command again goes on where it stopped. <dataset> is a file (CSV, TSV,
JSON Lines, also .gz and .zst, or Parquet), a pattern, several of them, s3:// or
hf://, or - for standard input. Exit codes: batchrock help exit-codes.`,
  });
  withStackName(withTarget(withQuestion(command)))
    .option('--job-prefix <name>', 'with --stack: the folder of the results in its bucket')
    .option('--detach', 'with --stack: do not wait for the run')
    .addOption(notifyOption())
    .optionsGroup('Results:')
    .option('-o, --out <file>', '*.parquet, *.csv, *.jsonl (default: <dataset>.results.jsonl) or -')
    .option('--max-rows-per-file <n>', 'several files of so many rows: <out>-00000.*, …', wholeNumber(1))
    .option('--csv-safe', "CSV: ' before answers that a sheet would run (the default)")
    .option('--no-csv-safe', 'CSV: answers to the letter, formulas too')
    .addOption(shapeOption())
    .option('--force', 'replace the output when it exists')
    .option('--new', 'start another run of the same question')
    .option('--max-error-rate <share>', 'failed and rejected rows that are no failure (default: 0)', share)
    .optionsGroup('Money:')
    .option('--max-cost <usd>', 'most that the run may cost: no job is begun beyond it', dollars)
    .option('-y, --yes', 'do not ask before money is spent');
  return command.action(
    cli.action<RunFlags, readonly [readonly string[]]>((context, flags, [dataset]) => run(context, flags, dataset)),
  );
}

async function run(context: CommandContext, flags: RunFlags, dataset: readonly string[]): Promise<ExitCode> {
  const { host, terminal } = context;
  const { promptOf, questionOf } = await import('../cli/question-of-flags.ts');
  const prompt = await promptOf(flags, host.cwd);
  const { datasetNames, defaultOutput, startRun } = await import('../sdk/index.ts');
  const toStdout = flags.out === '-';
  const { InputError } = await import('@batchrock/core');
  if (toStdout && flags.maxRowsPerFile !== undefined) {
    throw new InputError('BR-E0112', '--max-rows-per-file and --out - exclude each other: standard output is one file');
  }
  if (toStdout && flags.json) {
    throw new InputError('BR-E0112', '--json and --out - exclude each other: both write to standard output');
  }
  checkStackFlags(flags, host.env, InputError);
  const question = questionOf(dataset, flags, prompt);
  const request = {
    ...question,
    out: toStdout ? undefined : (flags.out ?? defaultOutput(datasetNames(question))),
    maxRowsPerFile: flags.maxRowsPerFile,
    csvSafe: flags.csvSafe,
    shape: flags.shape,
    force: flags.force,
    new: flags.new,
    maxCostUsd: flags.maxCost,
    maxErrorRate: flags.maxErrorRate,
    jobPrefix: flags.jobPrefix,
  };
  const isLeft = flags.detach;
  const splits = flags.splitModels === true;
  if (splits) refuseBesideSplit(flags, InputError);
  const confirm = terminal.canAsk ? (question: string) => terminal.confirm(question) : undefined;
  if (splits) {
    const { startSplit } = await import('../sdk/index.ts');
    const { splitCommand } = await import('../cli/split-command.ts');
    const asked = { ...request, model: flags.model };
    const options = { confirm, yes: flags.yes, stdin: host.stdin };
    return splitCommand(context, flags, (session, follow) => startSplit(session, asked, { ...follow, ...options }), { toStdout });
  }
  return driveCommand(
    context,
    flags,
    (session, follow) => startRun(session, request, { ...follow, confirm, yes: flags.yes, isLeft, stdin: host.stdin }),
    { toStdout },
  );
}

/** A file that is split has one output, as OpenAI writes it. */
function refuseBesideSplit(flags: RunFlags, InputError: typeof import('@batchrock/core').InputError): void {
  const { shape, maxRowsPerFile, csvSafe } = flags;
  const several = maxRowsPerFile === undefined ? undefined : '--max-rows-per-file';
  const table = csvSafe === undefined ? several : '--csv-safe';
  const option = shape === undefined || shape === 'openai' ? table : `--shape ${shape}`;
  if (option === undefined) return;
  throw new InputError('BR-E0112', `${option} and --split-models exclude each other: its runs have one OpenAI batch output`, {
    hint: `leave out ${option}; batchrock results RUN ${option} writes a run of them`,
  });
}

/** What only an account can do is refused where this machine drives the run. */
function checkStackFlags(
  flags: RunFlags,
  env: CommandContext['host']['env'],
  InputError: typeof import('@batchrock/core').InputError,
): void {
  if (flags.stack !== undefined || (env['BATCHROCK_STACK'] ?? '') !== '') return;
  const option = flags.detach ? '--detach' : flags.jobPrefix === undefined ? undefined : '--job-prefix';
  if (option === undefined) return;
  throw new InputError('BR-E0112', `${option} is for runs of a stack, and no --stack is given`);
}
