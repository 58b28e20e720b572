import { InputError, ResultStatus, type ResultWriter } from '@batchrock/core';

/** The four outcomes by name. */
const OUTCOME_NAMES = ['succeeded', 'failed', 'rejected', 'pending'] as const;
/** What became of a row, or `pending` where that is not known yet. */
export type OutcomeName = (typeof OUTCOME_NAMES)[number];

/** Parses a list of outcome names. Throws `BR-E0120` naming those that are none. */
export function outcomeNames(names: readonly string[]): readonly OutcomeName[] {
  const wrong = names.filter((name) => !(OUTCOME_NAMES as readonly string[]).includes(name));
  if (wrong.length === 0) return names as readonly OutcomeName[];
  throw new InputError('BR-E0120', `--only ${wrong.join(',')} names no outcome; there are ${OUTCOME_NAMES.join(', ')}`);
}

/** A writer that passes on rows with these outcomes alone. */
export function onlyOutcomes(writer: ResultWriter, only: readonly OutcomeName[] | undefined): ResultWriter {
  if (only === undefined) return writer;
  const wanted = new Set<number>(only.map((name) => ResultStatus[name]));
  return {
    begin: (table) => writer.begin(table),
    write: (batch, row, result) => !wanted.has(result.status) || writer.write(batch, row, result),
    drain: () => writer.drain(),
    finish: () => writer.finish(),
    abort: () => writer.abort(),
  };
}
