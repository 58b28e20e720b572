import { didYouMean, InputError } from '../errors/index.ts';
import { anthropic } from './anthropic.ts';
import { cohereEmbedV3, cohereEmbedV4 } from './cohere-embed.ts';
import { converse } from './converse.ts';
import type { Family } from './family.ts';
import { llama, llama4 } from './llama.ts';
import { mistralPrompt } from './mistral-prompt.ts';
import { nova } from './nova.ts';
import { novaEmbed } from './nova-embed.ts';
import { gptOss, mistralChat, openaiShaped } from './openai-shaped.ts';
import { titanEmbedImage } from './titan-embed-image.ts';
import { titanEmbedText } from './titan-embed-text.ts';

/** Every family that requests can be written for. */
export const FAMILIES: readonly Family[] = [
  anthropic,
  nova,
  openaiShaped,
  gptOss,
  mistralChat,
  mistralPrompt,
  llama,
  llama4,
  titanEmbedText,
  titanEmbedImage,
  novaEmbed,
  cohereEmbedV3,
  cohereEmbedV4,
  converse,
];

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
