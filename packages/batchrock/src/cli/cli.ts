import { Command, Option } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Host } from './host.ts';
import { type Interrupts, listenForInterrupts } from './interrupts.ts';
import { logOptions, type OutputOptions, withLevel } from './output-options.ts';
import { Terminal } from './terminal.ts';

/** Columns of help texts, whatever the terminal has. */
const HELP_WIDTH = 80;

/** What a command's handler works with. */
export interface CommandContext {
  readonly host: Host;
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
}

/** Does what a command is for. `args` are its arguments in order; one that was left out is undefined, the last may be a list. */
export type Handler<Options, Args extends readonly unknown[] = readonly (string | undefined)[]> = (
  context: CommandContext,
  options: Options,
  args: Args,
) => Promise<ExitCode>;

/** What the help of a command says before its options. */
export interface CommandText {
  readonly summary: string;
  /** Command lines that work as they stand. */
  readonly examples: readonly string[];
  /** A paragraph more, lines of at most 80 columns. */
  readonly more?: string;
  /** The command that it is one of: `queue`. */
  readonly of?: string;
}

/** One start of the program: makes its commands and remembers how the one that was given came out. */
export class Cli {
  readonly host: Host;
  exitCode: ExitCode = 0;
  /** The commands that were made, by name (`list`, `queue list`), each with an example on one line. */
  readonly examples = new Map<string, string>();
  /** Of the command that runs; undefined before one is found. */
  context: CommandContext | undefined;

  constructor(host: Host) {
    this.host = host;
  }

  /** A command with its help. Its heavy imports belong into the handler, behind `await import`. */
  command(usage: string, text: CommandText): Command {
    const command = new Command(usage.split(' ')[0]);
    const name = text.of === undefined ? command.name() : `${text.of} ${command.name()}`;
    this.examples.set(name, (text.examples[0] ?? '').replace(/\s*\\\n\s*/g, ' '));
    for (const argument of usage.split(' ').slice(1)) command.argument(argument);
    this.dress(command).summary(text.summary).description(text.summary);
    command.addHelpText('before', `Examples:\n${text.examples.map((example) => `  $ ${example}`).join('\n')}\n`);
    if (text.more !== undefined) command.addHelpText('after', `\n${text.more}`);
    return command;
  }

  /** Help of 80 columns; errors are thrown, not printed. */
  dress(command: Command): Command {
    return command
      .exitOverride()
      .configureHelp({ helpWidth: HELP_WIDTH, subcommandTerm: termOf })
      .configureOutput({
        writeOut: (text) => void this.host.stdout.write(text),
        writeErr: () => undefined,
      });
  }

  /** Wraps a handler into what commander calls. */
  action<Options, Args extends readonly unknown[] = readonly (string | undefined)[]>(
    handler: Handler<Options, Args>,
  ): (...given: unknown[]) => Promise<void> {
    return async (...given) => {
      const command = given.at(-1) as Command;
      const options = withLevel(command.opts<Options & OutputOptions>(), this.host.env);
      const { isJson, level } = logOptions(options, this.host.env);
      const { createLog } = isJson ? await import('../log/index.ts') : {};
      const log = createLog?.(level, (line) => void this.host.stderr.write(`${line}\n`), Date.now);
      const terminal = new Terminal(this.host, options, Date.now, log);
      const interrupts = listenForInterrupts(this.host, () => terminal.clear());
      this.context = { host: this.host, terminal, interrupts };
      try {
        const { withSettings } = await import('../settings/index.ts');
        const { env, cwd } = this.host;
        this.context = { host: { ...this.host, env: await withSettings(env, cwd) }, terminal, interrupts };
        this.exitCode = await handler(this.context, options, given.slice(0, -2) as unknown as Args);
      } finally {
        terminal.clear();
        interrupts.dispose();
      }
    };
  }
}

/** A command in the list of commands: its name and its arguments. */
function termOf(command: Command): string {
  const names = command.registeredArguments.map((each) => {
    const name = `${each.name()}${each.variadic ? '...' : ''}`;
    return each.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...names].join(' ');
}

/** Adds the options that every command takes, behind its own. */
export function withOutputOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--json', 'one JSON document, or JSON Lines, on standard output')
    .option('-q, --quiet', 'no progress and no notes')
    .addOption(
      new Option('-v, --verbose', 'more of what is going on; -vv also traces of bugs').argParser(
        (_: string, before: number | undefined) => (before ?? 0) + 1,
      ),
    )
    .option('--color', 'colours, whatever standard error is')
    .option('--no-color', 'no colours')
    .addOption(new Option('--log-format <format>', 'of standard error: text or lines of JSON').choices(['text', 'json']))
    .option('--no-input', 'never ask; fail where a question would be needed')
    .option('--state-dir <dir>', 'the folder of the ledger (BATCHROCK_STATE_DIR)');
}
