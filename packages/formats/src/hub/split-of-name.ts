/** The words that say a split, as the `datasets` library reads them from names of files and folders (2026-11). */
const WORDS: Readonly<Record<string, string>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  eval: 'test',
  evaluation: 'test',
};

/** `data/<split>-00000-of-00004.parquet`, where the split has any name. */
const SHARD = /(?:^|\/)data\/(\w[\w.]*)-\d{5}-of-\d{5}[^/]*$/;

/** The split of each file by its path; where no path names one, all of them are `train`. */
export function splitsByName(paths: readonly string[]): readonly { readonly path: string; readonly split: string }[] {
  const shards = paths.map((path) => ({ path, split: SHARD.exec(path)?.[1] }));
  const named = shards.some((each) => each.split !== undefined) ? shards : paths.map((path) => ({ path, split: wordIn(path) }));
  if (named.every((each) => each.split === undefined)) return paths.map((path) => ({ path, split: 'train' }));
  return named.flatMap(({ path, split }) => (split === undefined ? [] : [{ path, split }]));
}

/** The last word of a path that says a split: the file's own name goes before its folders. */
function wordIn(path: string): string | undefined {
  const words = path.toLowerCase().split(/[-._ /]+/);
  const word = words.findLast((each) => Object.hasOwn(WORDS, each));
  return word === undefined ? undefined : WORDS[word];
}
