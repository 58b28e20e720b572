import type { Command } from 'commander';

/** A flag that a command does not know, and those that it knows. */
export interface UnknownFlag {
  readonly flag: string;
  readonly known: readonly string[];
}

/** The first flag on a command line that its command does not know; undefined where there is none. */
export function unknownFlag(program: Command, argv: readonly string[]): UnknownFlag | undefined {
  let command = program;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') return undefined;
    if (!word.startsWith('-') || word === '-') {
      command = command.commands.find((each) => each.name() === word) ?? command;
      continue;
    }
    if (!word.startsWith('--')) continue;
    const [flag = ''] = word.split('=', 1);
    if (flag === '--help') continue;
    const option = command.options.find((each) => each.long === flag);
    if (option === undefined) return { flag, known: command.options.flatMap(({ long }) => long ?? []) };
    if (option.required && !word.includes('=')) i++;
  }
  return undefined;
}
