import { invariant } from '../errors/index.ts';
import type { Template } from './template.ts';

/**
 * The template with the values of one row: slow and simple, the oracle of the byte encoder and good for previews. Reads the
 * row's own properties alone, so that `constructor` and `__proto__` are columns like others. The row must have every column.
 */
export function renderTemplate(template: Template, row: Readonly<Record<string, string>>): string {
  return template.segments.map((segment) => (segment.kind === 'literal' ? segment.text : cell(row, segment.name))).join('');
}

function cell(row: Readonly<Record<string, string>>, name: string): string {
  invariant(Object.hasOwn(row, name), `the row to render has no column ${JSON.stringify(name)}`);
  return row[name]!;
}
