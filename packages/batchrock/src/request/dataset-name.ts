import { InputError } from '@batchrock/core';

/** The names of a dataset's files as they were given, at least one. */
export function datasetNames(question: { readonly dataset: string | readonly string[] }): readonly string[] {
  const names = typeof question.dataset === 'string' ? [question.dataset] : question.dataset;
  if (names.length > 0) return names;
  throw new InputError('BR-E0112', 'no dataset is given', {
    hint: 'name a file, s3://bucket/key or hf://owner/name, or - for standard input: batchrock run reviews.csv --model MODEL --prompt "{text}"',
  });
}

/** What messages call a dataset: its only name, or the first of several. */
export function datasetName(names: readonly string[]): string {
  const [first = '', ...more] = names;
  if (more.length === 0) return first === '-' ? 'standard input' : first;
  return `${first} and ${more.length} more`;
}

/** Where results go when nobody says: `reviews.results.jsonl` in the current folder, for several files `batchrock.results.jsonl`. */
export function defaultOutput(names: readonly string[]): string {
  const [name = '-', another] = names;
  const last =
    name
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1) ?? '';
  const stem = last.replace(/\.(?:gz|zst)$/i, '').replace(/(?<=.)\.[^.]+$/, '');
  const isOne = another === undefined && name !== '-' && stem !== '' && !/[*?[\]{}]/.test(last);
  return `${isOne ? stem : 'batchrock'}.results.jsonl`;
}
