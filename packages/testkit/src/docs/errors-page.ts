import { ERROR_CATALOGUE } from '@batchrock/core';

const FAMILIES: readonly (readonly [prefix: string, heading: string])[] = [
  ['BR-E01', 'Input: what you gave'],
  ['BR-E02', 'State: what is stored does not allow it'],
  ['BR-E05', 'Services: AWS, the local Bedrock, the disk'],
  ['BR-E06', 'Budget'],
  ['BR-E08', 'Cancelled'],
  ['BR-E09', 'Bugs'],
];

/** `docs/errors.md`, from the catalogue of core/errors. */
export function errorsPage(): string {
  const lines = [
    '# Errors',
    '',
    '<!-- Written by `npm run docs` from packages/core/src/errors/catalogue.ts -->',
    '',
    'Every error has a code that keeps its meaning. With `--json` it is on standard output as',
    '`{"error":{"code","message","hint","docs","retryable"}}`; `batchrock help exit-codes` lists the exit codes.',
  ];
  for (const [prefix, heading] of FAMILIES) {
    lines.push('', `## ${heading}`, '');
    for (const [code, entry] of Object.entries(ERROR_CATALOGUE).sort(([a], [b]) => a.localeCompare(b))) {
      if (!code.startsWith(prefix)) continue;
      lines.push(`### ${code}`, '', `**${entry.title}.** ${sentence(entry.hint)}`, '');
    }
    if (lines.at(-1) === '') lines.pop();
  }
  return `${lines.join('\n')}\n`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
