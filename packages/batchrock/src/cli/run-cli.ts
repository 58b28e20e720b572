import type { BatchrockError } from '@batchrock/core';
import { type Command, CommanderError } from 'commander';
import pico from 'picocolors';
import { Cli } from './cli.ts';
import { ExitCode, exitCodeOf } from './exit-codes.ts';
import { followWords } from './follow-words.ts';
import type { Host } from './host.ts';
import { logOptions, type OutputOptions, wantsColor } from './output-options.ts';
import { createProgram } from './program.ts';

/** Runs one command line (without node and script) and gives its exit code. Every error ends here, rendered. */
export async function runCli(argv: readonly string[], host: Host): Promise<ExitCode> {
  const cli = new Cli(host);
  let program: Command | undefined;
  try {
    program = await createProgram(cli, argv);
    if (argv.length === 0) program.help();
    await program.parseAsync(argv, { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok;
    return await report(await toBatchrockError(error, argv, cli, program), argv, cli);
  }
}

async function report(error: BatchrockError, argv: readonly string[], cli: Cli): Promise<ExitCode> {
  const { errorDocument, renderError } = await import('../render/error-text.ts');
  const { host, context } = cli;
  const given = flagsOf(argv);
  const paint = context?.terminal.paint ?? pico.createColors(wantsColor(given, host.env, host.stderr));
  context?.terminal.clear();
  const signal = context?.interrupts.received;
  const { isJson, level } = logOptions(given, host.env);
  if (isJson) {
    if (given.json) host.stdout.write(`${JSON.stringify(errorDocument(error))}\n`);
    const { createLog } = await import('../log/index.ts');
    const log = createLog(level, (line) => void host.stderr.write(`${line}\n`), Date.now);
    log('ERROR', error.message, { code: error.code, error: error.name, reason: error.hint });
    return exitCodeOf(error, signal);
  }
  if (error.kind === 'cancelled' && signal !== undefined && !given.json) {
    // the command itself has said how to go on
    host.stderr.write(`${paint.dim(`ended by ${signal}`)}\n`);
    return exitCodeOf(error, signal);
  }
  if (given.json) host.stdout.write(`${JSON.stringify(errorDocument(error))}\n`);
  host.stderr.write(`${renderError(error, paint)}\n`);
  if (error.kind === 'invariant' && given.verbose >= 2) host.stderr.write(`${traceOf(error)}\n`);
  return exitCodeOf(error, signal);
}

/** Commands that may take the models of OpenAI lines. */
const MAY_SPLIT: ReadonlySet<string> = new Set(['run', 'plan', 'validate']);

/** Everything that is thrown becomes an error of the tree, so that it has a code, a hint and a page. */
async function toBatchrockError(
  error: unknown,
  argv: readonly string[],
  cli: Cli,
  program: Command | undefined,
): Promise<BatchrockError> {
  const { didYouMean, InputError, InvariantError, isBatchrockError } = await import('@batchrock/core');
  if (isBatchrockError(error)) return error;
  if (error instanceof CommanderError) {
    const name = cli.examples.has(`${argv[0]} ${argv[1]}`) ? `${argv[0]} ${argv[1]}` : (argv[0] ?? '');
    const example = cli.examples.get(name);
    const help = `batchrock${example === undefined ? '' : ` ${name}`} --help shows what is allowed`;
    const isIncomplete = /^commander\.missing(Argument|MandatoryOptionValue)$/.test(error.code);
    // OpenAI lines may say their models themselves
    const isOfModels = error.message.includes('--model ') && error.code === 'commander.missingMandatoryOptionValue';
    const split = isOfModels && MAY_SPLIT.has(name) ? '; --split-models takes the models that OpenAI lines name' : '';
    const hint = isIncomplete && example !== undefined ? `such as: ${example}${split} (${help})` : help;
    // what is missing may only be misspelt
    const { unknown, command } = isIncomplete && program !== undefined ? followWords(program, argv) : {};
    if (unknown !== undefined) {
      const guess = didYouMean(unknown, command?.options.flatMap(({ long }) => long ?? []) ?? []);
      return new InputError('BR-E0112', `unknown option '${unknown}'${guess === undefined ? '' : `; ${guess}?`}`, { hint });
    }
    // commander would print the help of a command that has commands of its own
    const message = error.code === 'commander.help' ? `what of ${name} is meant is not said` : usageMessage(error.message);
    return new InputError('BR-E0112', message, { hint });
  }
  const { storageError, systemErrorCode } = await import('../node/index.ts');
  if (/^E[A-Z]+$/.test(systemErrorCode(error))) return storageError(error, 'go on');
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new InvariantError(`unexpected ${withoutExcerpt(message)}`, { cause: error });
}

/** Commander's sentence in our shape: lower case, on one line, no prefix and no full stop. */
function usageMessage(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/\s*\(Did you mean (.*?)\?\)/s, '; did you mean $1?')
    .replace(/\n/g, ' ')
    .replace(/is invalid\. /, 'is invalid: ')
    .replace(/\.$/, '');
}

/** The flags that matter before, or although, the command line could not be parsed. */
function flagsOf(argv: readonly string[]): OutputOptions & { json: boolean; verbose: number } {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  const verbose = flags.filter((flag) => flag === '-v' || flag === '--verbose').length + (flags.includes('-vv') ? 2 : 0);
  const color = flags.includes('--no-color') ? { color: false } : flags.includes('--color') ? { color: true } : {};
  const isLogged = flags.some((flag, i) => flag === '--log-format=json' || (flag === '--log-format' && flags[i + 1] === 'json'));
  return { json: flags.includes('--json'), verbose, ...color, ...(isLogged && { logFormat: 'json' }) };
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : '';
  return withoutExcerpt(`${error.stack ?? error.message}${cause}`);
}

/** V8 quotes what is no JSON, up to twenty characters of it: it may be a prompt, a row or an answer. */
function withoutExcerpt(message: string): string {
  return message.replace(/(?:, )?(?:\.\.\.)?".*?"(?:\.\.\.)? is not valid JSON/gs, ' in what is not valid JSON');
}
