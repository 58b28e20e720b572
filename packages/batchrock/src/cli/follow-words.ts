import type { Command, Option } from 'commander';

/** Where the words of a command line lead. */
export interface Followed {
  /** The command that they lead to. */
  readonly command: Command;
  /** Arguments that it has been given. */
  readonly given: number;
  /** The option whose value comes next. */
  readonly awaits: Option | undefined;
  /** The first `--flag` that its command does not know. */
  readonly unknown: string | undefined;
}

/** Follows words to the command that they are for, up to `--`. */
export function followWords(program: Command, words: readonly string[]): Followed {
  let command = program;
  let given = 0;
  let awaits: Option | undefined;
  let unknown: string | undefined;
  for (const word of words) {
    if (awaits !== undefined) {
      awaits = undefined;
    } else if (word === '--') {
      break;
    } else if (word.startsWith('-') && word !== '-') {
      const [flag = ''] = word.split('=', 1);
      const option = findOption(command, flag);
      if (option === undefined && flag.startsWith('--') && flag !== '--help') unknown ??= flag;
      awaits = option?.required && flag === word ? option : undefined;
    } else {
      const next = given === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (next === undefined) given++;
      else command = next;
    }
  }
  return { command, given, awaits, unknown };
}

/** The option of a command that is written so, `--model` or `-o`. */
export function findOption(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}
