import { type Dialect, InputError, type ParquetColumn, type ParquetField, type ParquetType } from '@batchrock/core';

type ParquetDialect = Extract<Dialect, { readonly format: 'parquet' }>;

/** Throws `BR-E0122` unless the files have the same columns: names, order and types. Which of them may be null may differ. */
export function checkSameColumns(dialect: ParquetDialect, first: ParquetDialect, name: string): void {
  const [ours, theirs] = [dialect.columns, first.columns];
  const at = Array.from({ length: Math.max(ours.length, theirs.length) }).findIndex((_, i) => !isSame(ours[i], theirs[i]));
  if (at < 0) return;
  const message = `column ${at + 1} of ${name} is ${described(ours[at])}, that of the first file ${described(theirs[at])}`;
  throw new InputError('BR-E0122', message, { details: { file: name } });
}

function isSame(a: ParquetColumn | undefined, b: ParquetColumn | undefined): boolean {
  return a?.name === b?.name && a !== undefined && b !== undefined && typeText(a.type) === typeText(b.type);
}

function described(column: ParquetColumn | undefined): string {
  return column === undefined ? 'missing' : `${JSON.stringify(column.name)} (${typeText(column.type)})`;
}

function typeText(type: ParquetType): string {
  switch (type.kind) {
    case 'list':
      return `list<${fieldText(type.element)}>`;
    case 'map':
      return `map<${typeText(type.key)}, ${fieldText(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}: ${fieldText(field)}`).join(', ')}>`;
    default: {
      const { kind, ...rest } = type;
      const details = Object.entries(rest).map(([key, value]) => `${key} ${value}`);
      return details.length === 0 ? kind : `${kind}, ${details.join(', ')}`;
    }
  }
}

function fieldText({ type }: ParquetField): string {
  return typeText(type);
}
