import type { StackValue, StackValues } from './request.ts';

/** Reads options by their names, and knows which of those that were given nobody has asked for. */
export interface ValueReader {
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  list(name: string): readonly string[] | undefined;
  /** Names that were given, and that no call has read. */
  unread(): readonly string[];
}

/** A reader of these options. Throws a `TypeError` where one has another type than is asked for: the caller's mistake. */
export function readValues(values: StackValues): ValueReader {
  const read = new Set<string>();
  const value = <T extends StackValue>(name: string, type: string, is: (value: StackValue) => value is T): T | undefined => {
    read.add(name);
    const given = values[name];
    if (given === undefined) return undefined;
    if (is(given)) return given;
    throw new TypeError(`the option ${name} is ${JSON.stringify(given)}; give ${type}`);
  };
  return {
    text: (name) => value(name, 'a text', (given) => typeof given === 'string'),
    number: (name) => value(name, 'a number', (given) => typeof given === 'number'),
    flag: (name) => value(name, 'true or false', (given) => typeof given === 'boolean'),
    list: (name) => value(name, 'a list', (given): given is readonly string[] => Array.isArray(given)),
    unread: () => Object.keys(values).filter((name) => values[name] !== undefined && !read.has(name)),
  };
}
