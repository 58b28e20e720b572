import { type Command, Option } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import { type CommonFlags, shapeOption } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import { list, wholeNumber } from '../cli/values.ts';
import type { ResultShape } from '../request/output.ts';
import type { RunProgress } from '../sdk/progress.ts';
import type { Session } from '../sdk/session.ts';

interface ResultsFlags extends CommonFlags {
  readonly out?: string;
  /** The name that it had first. */
  readonly output?: string;
  readonly csvSafe?: boolean;
  readonly shape?: ResultShape;
  readonly force?: boolean;
  readonly format?: 'jsonl' | 'csv' | 'parquet';
  readonly maxRowsPerFile?: number;
  readonly only?: readonly string[];
  readonly raw?: boolean;
}

/** `results`: the rows of a run with what became of them, at any time. */
export function resultsCommand(cli: Cli): Command {
  return cli
    .command('results [run]', {
      summary: 'the results of a run, also in the middle of it',
      examples: [
        'batchrock results > out.jsonl',
        'batchrock results r-7f3 -o out.csv --only failed,rejected',
        'batchrock results --stack Runs my-test-run',
      ],
      more: `Standard output holds rows and nothing else. Of a stack, the files of results in
its bucket become a folder, downloads/<job prefix>, unless --out names a file;
RUN may be the job prefix or an execution too. What is there already stays.`,
    })
    .option('-o, --out <file>', 'a file, written whole or not at all (default: stdout), or a folder')
    .addOption(new Option('--output <file>').hideHelp())
    .option('--force', 'replace the file when it exists')
    .addOption(new Option('--format <format>', "default: by the file's name, else jsonl").choices(['jsonl', 'csv', 'parquet']))
    .addOption(shapeOption())
    .option('--csv-safe', "CSV: ' before answers that a sheet would run (the default)")
    .option('--no-csv-safe', 'CSV: answers to the letter, formulas too')
    .option('--max-rows-per-file <n>', 'several files of so many rows: <file>-00000.*, …', wholeNumber(1))
    .option('--only <outcomes>', 'succeeded, failed, rejected, pending; comma-separated', list)
    .option('--raw', 'what Bedrock wrote, by part and attempt, into a folder')
    .action(cli.action<ResultsFlags>((context, flags, [run]) => results(context, flags, run)));
}

async function results(
  { host, terminal, interrupts }: CommandContext,
  flags: ResultsFlags,
  run: string | undefined,
): Promise<ExitCode> {
  const sdk = await import('../sdk/index.ts');
  const { exportProgress } = await import('../cli/export-progress.ts');
  const { createStdoutSink } = await import('../cli/stdout-sink.ts');
  const { plural } = await import('../render/figures.ts');
  const { resultsPlace } = await import('../render/run-text.ts');
  const notice = (text: string): void => terminal.note(terminal.paint.dim(text));
  const out = flags.out ?? flags.output;
  const only = flags.only === undefined ? undefined : sdk.outcomeNames(flags.only);
  const session = await sdk.openSession(sessionOptions(host, flags, notice));
  try {
    const exporting = flags.format ?? flags.only ?? flags.maxRowsPerFile;
    const isFolder = out === undefined ? exporting === undefined : out !== '-' && sdk.isFolderName(out, flags.format);
    if (flags.raw || (session.stack !== undefined && isFolder)) {
      return await files({ terminal, interrupts }, flags, { session, run, folder: out });
    }
    const onProgress = await exportProgress(terminal, session, run);
    const wanted = {
      format: flags.format,
      csvSafe: flags.csvSafe,
      shape: flags.shape,
      only,
      signal: interrupts.signal,
      onProgress,
    };
    if (out === undefined || out === '-') {
      const { InputError } = await import('@batchrock/core');
      if (flags.json && flags.format !== undefined && flags.format !== 'jsonl') {
        const message = `--json and --format ${flags.format} exclude each other`;
        throw new InputError('BR-E0112', message, { hint: 'leave out one of them' });
      }
      if (flags.maxRowsPerFile !== undefined) {
        throw new InputError('BR-E0112', '--max-rows-per-file needs files to write', { hint: 'give --out as well' });
      }
      await sdk.resultsToSink(
        session,
        run,
        createStdoutSink((block) => terminal.data(block)),
        wanted,
      );
      return ExitCode.ok;
    }
    const written = await sdk.resultsToFile(session, run, out, {
      ...wanted,
      force: flags.force,
      maxRowsPerFile: flags.maxRowsPerFile,
    });
    if (flags.json) await terminal.json({ schema: 'batchrock.results/1', ...written });
    else terminal.note(`${plural(written.rows, 'row')} written: ${resultsPlace(written)}`);
    if (written.errors && !flags.json) terminal.note(`the lines without an answer alone: ${written.errors.path}`);
    return ExitCode.ok;
  } finally {
    await session.close();
  }
}

/** Files as they are in the bucket. */
async function files(
  { terminal, interrupts }: Pick<CommandContext, 'terminal' | 'interrupts'>,
  flags: ResultsFlags,
  asked: { readonly session: Session; readonly run: string | undefined; readonly folder: string | undefined },
): Promise<ExitCode> {
  const sdk = await import('../sdk/index.ts');
  const { plural } = await import('../render/figures.ts');
  const { ProgressDisplay } = await import('../cli/progress-display.ts');
  const { session, run, folder } = asked;
  const display = new ProgressDisplay(terminal);
  const request = {
    folder,
    force: flags.force,
    signal: interrupts.signal,
    onProgress: (progress: RunProgress) => display.show(progress),
  };
  const written = await (flags.raw ? sdk.downloadRaw : sdk.downloadResults)(session, run, request);
  display.end();
  if (flags.json) await terminal.json({ schema: 'batchrock.download/1', ...written });
  const there = written.unchanged === 0 ? '' : `, ${written.unchanged} of them there already`;
  terminal.note(`run ${written.run}: ${plural(written.files.length, 'file')} in ${written.path}${there}`);
  return ExitCode.ok;
}
