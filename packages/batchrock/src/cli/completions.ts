import type { Command } from 'commander';
import { findOption, followWords } from './follow-words.ts';

/** A word that may come next. */
export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** What may come next. `isFile`: a file, too. */
export interface Completions {
  readonly candidates: readonly Candidate[];
  readonly isFile: boolean;
}

/** What is looked up only where it is asked for. */
export interface CompletionSources {
  /** Runs that may be named, the newest first. */
  readonly runs: () => Promise<readonly Candidate[]>;
  /** Ids that a model may be asked for by. */
  readonly models: () => Promise<readonly Candidate[]>;
}

/** What may stand in the place of the last word, which may be empty, behind those before it. */
export async function completionsOf(
  program: Command,
  words: readonly string[],
  { runs, models }: CompletionSources,
): Promise<Completions> {
  const word = words.at(-1) ?? '';
  const { command, given, awaits } = followWords(program, words.slice(0, -1));
  const starting = (candidates: readonly Candidate[], isFile: boolean): Completions => ({
    candidates: candidates.filter(({ value }) => value.startsWith(word)),
    isFile,
  });
  if (awaits?.long === '--model') return starting(await models(), false);
  if (awaits !== undefined) return starting(plain(awaits.argChoices), awaits.argChoices === undefined);
  const [flag = '', value] = splitOnce(word);
  if (flag.startsWith('--') && value !== undefined) {
    const option = findOption(command, flag);
    const written = plain(option?.argChoices).map((each) => ({ ...each, value: `${flag}=${each.value}` }));
    return starting(written, option !== undefined && option.argChoices === undefined);
  }
  if (word.startsWith('-')) return starting(optionsOf(command, word), false);
  if (command.commands.length > 0) return starting(given === 0 ? commandsOf(command) : [], false);
  const argument = command.registeredArguments[given] ?? command.registeredArguments.findLast(({ variadic }) => variadic);
  if (argument === undefined) return starting([], false);
  if (argument.argChoices !== undefined) return starting(plain(argument.argChoices), false);
  const isRun = RUN_ARGUMENTS.has(argument.name());
  return starting(isRun ? await runs() : [], !isRun);
}

const RUN_ARGUMENTS: ReadonlySet<string> = new Set(['run', 'run-or-what']);

function optionsOf(command: Command, word: string): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({
      value: (word.startsWith('--') || word === '-' ? long : short) ?? '',
      about: description,
    }))
    .filter(({ value }) => value !== '');
}

function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), about: each.summary() }));
}

function plain(values: readonly string[] = []): Candidate[] {
  return values.map((value) => ({ value, about: '' }));
}

function splitOnce(word: string): readonly [string, string | undefined] {
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
