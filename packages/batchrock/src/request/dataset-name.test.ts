import { expect, test } from 'vitest';
import { datasetName, defaultOutput } from './dataset-name.ts';

test.each([
  [['reviews.csv'], 'reviews.results.jsonl'],
  [['data/reviews.2024.csv.gz'], 'reviews.2024.results.jsonl'],
  [['reviews.jsonl.zst'], 'reviews.results.jsonl'],
  [['s3://bucket/some/prefix/'], 'prefix.results.jsonl'],
  [['data/*.csv'], 'batchrock.results.jsonl'],
  [['a.csv', 'b.csv'], 'batchrock.results.jsonl'],
  [['-'], 'batchrock.results.jsonl'],
  [['reviews'], 'reviews.results.jsonl'],
])('the results of %j go to %s', (names, out) => {
  expect(defaultOutput(names)).toBe(out);
});

test('a dataset is called by its name, or by the first of several', () => {
  expect(datasetName(['a.csv'])).toBe('a.csv');
  expect(datasetName(['-'])).toBe('standard input');
  expect(datasetName(['a.csv', 'b.csv', 'c.csv'])).toBe('a.csv and 2 more');
});
