import { didYouMean, InputError } from '../errors/index.ts';
import { type Template, templateColumns } from './template.ts';

/** Most columns of the dataset that a message lists. */
const LISTED = 20;

/**
 * Checks that every column of the templates is one of the dataset. Throws one `BR-E0106` that names all unknown ones, each
 * with where it stands and what is nearest to it.
 */
export function checkTemplate(templates: Template | readonly Template[], columns: readonly string[]): void {
  const known = new Set(columns);
  const unknown: string[] = [];
  const problems: string[] = [];
  for (const template of 'segments' in templates ? [templates] : templates) {
    for (const name of templateColumns(template)) {
      if (known.has(name)) continue;
      const first = template.segments.find((segment) => segment.kind === 'column' && segment.name === name);
      const at = first?.kind === 'column' ? `line ${first.at.line}, column ${first.at.column} of the ${template.label}` : '';
      const guess = didYouMean(
        name.trim(),
        columns.filter((column) => column !== ''),
        1,
      );
      unknown.push(name);
      problems.push(`{${name}} (${at}${guess ? `; ${guess}?` : ''})`);
    }
  }
  if (problems.length === 0) return;
  const more = columns.length > LISTED ? `, and ${columns.length - LISTED} more` : '';
  throw new InputError(
    'BR-E0106',
    `the dataset has no column ${problems.join(', ')}; its columns are ${columns.slice(0, LISTED).join(', ')}${more}`,
    { details: { unknown } },
  );
}
