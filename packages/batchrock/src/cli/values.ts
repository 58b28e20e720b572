import type { Dedupe } from '@batchrock/core';
import { InvalidArgumentError } from 'commander';

/** Parsers of option values. What they throw becomes `BR-E0112` with the option, the value given and what is allowed. */

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`give a whole number ${range}`);
  };
}

/** A positive number, also a broken one: `0.5`. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('give a number above 0');
}

/** A share: `0.02` or `2%`. */
export function share(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (/\d/.test(text) && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('give a share from 0 to 1, or from 0% to 100%');
}

/** US dollars: `80` or `$80.50`. */
export function dollars(text: string): number {
  const value = Number(text.replace(/^\$/, ''));
  if (/\d/.test(text) && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('give US dollars, such as 80 or 2.50');
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration in milliseconds: `45s`, `30m`, `2h`, `7d`; a bare number is seconds. */
export function milliseconds(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text);
  const unit = UNIT_MS[found?.[2] ?? 's'];
  if (found && unit !== undefined) return Number(found[1]) * unit;
  throw new InvalidArgumentError('give a number with ms, s, m, h or d behind it, such as 45s, 30m, 2h or 7d');
}

/** One value more of an option that may be given several times. */
export function oneMore(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** The same, where several may also stand in one with commas between them. */
export function someMore(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...list(text)];
}

/** Among which rows a request is sent once. The value may be left out, so what stands behind the option may be a dataset. */
export function dedupe(text: string): Dedupe {
  if (text === 'part' || text === 'run') return text;
  throw new InvalidArgumentError('give part or run; before a dataset write --dedupe=part');
}

/** One `NAME=VALUE` more. The last of several with one name counts. */
export function nameAndValue(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return named(text, before, 'temperature=0');
}

/** The same, for a tag. */
export function tag(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return named(text, before, 'team=search');
}

function named(text: string, before: Readonly<Record<string, string>>, example: string): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`give NAME=VALUE, such as ${example}`);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** A comma-separated list. */
export function list(text: string): readonly string[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length > 0) return items;
  throw new InvalidArgumentError('give one name, or several with commas between them');
}

/** Names of hosts: `images.example.com,*.example.org`. */
export function hostNames(text: string): readonly string[] {
  const hosts = list(text);
  const wrong = hosts.find((each) => !/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(each));
  if (wrong === undefined) return hosts;
  throw new InvalidArgumentError(`${JSON.stringify(wrong)} is no host: give names such as images.example.com,*.example.org`);
}

/** One character between the cells of a CSV file; `tab` and `\t` are a tab. */
export function delimiter(text: string): string {
  if (text === 'tab' || text === '\\t') return '\t';
  if (/^[\t -~]$/.test(text) && text !== '"') return text;
  throw new InvalidArgumentError('give one character such as , ; | or tab');
}

/** A Region of `--regions`: its slots, and how its jobs differ from the usual ones. */
export interface RegionValue {
  readonly name: string;
  readonly slots: number;
  readonly recordsPerMinute?: number;
  /** More than the usual minutes in its queue. */
  readonly moreMinutes?: number;
}

/** Regions as `us-east-1=20,us-west-2=10@400+20`: slots, and where they differ records a minute and more minutes of queue. */
export function regions(text: string): readonly RegionValue[] {
  const found = list(text).map((item) => {
    const parts = /^([\w-]+)=(\d+)(?:@(\d+(?:\.\d+)?))?(?:\+(\d+(?:\.\d+)?))?$/.exec(item);
    const slots = Number(parts?.[2]);
    const rate = parts?.[3] === undefined ? undefined : Number(parts[3]);
    if (parts === null || slots < 1 || slots > 10_000 || rate === 0) {
      throw new InvalidArgumentError(
        `${JSON.stringify(item)} is none: give NAME=SLOTS, such as us-east-1=20,us-west-2=10@400+20`,
      );
    }
    return {
      name: parts[1] as string,
      slots,
      ...(rate !== undefined && { recordsPerMinute: rate }),
      ...(parts[4] !== undefined && { moreMinutes: Number(parts[4]) }),
    };
  });
  const double = found.find((each, i) => found.findIndex((other) => other.name === each.name) !== i);
  if (double !== undefined) throw new InvalidArgumentError(`${double.name} is given twice`);
  return found;
}
