import { Token, Tokenization } from 'aws-cdk-lib';

/** Variables for the numbers that are given; one that is known only at deployment becomes a reference. */
export function numbersOf(values: Readonly<Record<string, number | undefined>>): Record<string, string> {
  const given = Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name, Token.isUnresolved(value) ? Tokenization.stringifyNumber(value) : String(value)]),
  );
}
