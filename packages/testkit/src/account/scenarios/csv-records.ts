import { parse } from 'csv-parse/sync';

/** The rows of a CSV with a header, by another parser than ours. */
export function csvRecords(text: string): readonly Readonly<Record<string, string>>[] {
  return parse(text, { columns: true });
}
