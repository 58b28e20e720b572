import { didYouMean, InputError } from '../errors/index.ts';
import { anthropic } from './anthropic.ts';
import { converse } from './converse.ts';
import type { Family } from './family.ts';
import { nova } from './nova.ts';
import { titanEmbedText } from './titan-embed-text.ts';

/** Every family that requests can be written for. */
export const FAMILIES: readonly Family[] = [anthropic, nova, titanEmbedText, converse];

/** The family of that name, as in `--family`; throws `BR-E0120` naming those that exist. */
export function familyNamed(name: string): Family {
  const family = FAMILIES.find((each) => each.name === name);
  if (family) return family;
  const names = FAMILIES.map((each) => each.name);
  const guess = didYouMean(name, names);
  throw new InputError(
    'BR-E0120',
    `unknown model family ${JSON.stringify(name)}${guess ? ` (${guess}?)` : ''}; the families are ${names.join(', ')}`,
    { details: { family: name } },
  );
}
