import { didYouMean, InputError } from '@batchrock/core';
import { type Conversion, type ListedFile, ownFilesHint, stillConverting } from './converted-files.ts';

/** Which rows of a dataset are meant. */
export interface SplitChoice {
  readonly dataset: string;
  readonly config?: string | undefined;
  /** Default: `train`. `partial-train`: the first 5 GB of it, where the hub has no more. */
  readonly split?: string | undefined;
}

/** Files of one split. */
export interface ChosenSplit<File> {
  readonly config: string;
  readonly split: string;
  readonly files: readonly File[];
}

const DEFAULT_SPLIT = 'train';
/** What the hub calls the only config of a dataset that names none. */
const DEFAULT_CONFIG = 'default';

/**
 * The files of the config and split that are asked for. Throws `BR-E0101` naming those that there are, `BR-E0114` for a
 * config that could not be converted and for a split that was cut off, unless its `partial-` name is asked for.
 */
export function chooseConverted(conversion: Conversion, choice: SplitChoice): ChosenSplit<ListedFile> {
  const { dataset } = choice;
  const { files, pending, failed } = conversion;
  const asked = choice.split ?? DEFAULT_SPLIT;
  const wantsPartial = asked.startsWith('partial-');
  const config = chooseConfig([...files.map((file) => file.config), ...pending, ...failed], choice);
  const ofConfig = files.filter((file) => file.config === config);
  if (pending.includes(config)) throw stillConverting(dataset);
  if (failed.includes(config)) {
    throw new InputError('BR-E0114', `the hub could not convert the config ${config} of ${dataset} to Parquet`, {
      hint: ownFilesHint(dataset),
      details: { dataset, config },
    });
  }
  const chosen = chooseSplit(ofConfig, { ...choice, config, split: asked.replace(/^partial-/, '') });
  if (!wantsPartial && chosen.files.some((file) => file.isPartial)) {
    throw new InputError(
      'BR-E0114',
      `the hub has converted only the first 5 GB of ${dataset}, config ${config}, split ${chosen.split}`,
      {
        hint: `take those: --split partial-${chosen.split}; for all rows ${ownFilesHint(dataset)}`,
        details: { dataset, config, split: chosen.split },
      },
    );
  }
  return chosen;
}

/** The config that is meant: the one asked for, the only one, or `default`. */
export function chooseConfig(known: Iterable<string>, { dataset, config }: SplitChoice): string {
  const configs = [...new Set(known)];
  if (configs.length === 0) {
    throw new InputError('BR-E0102', `${dataset} has no files that can be read`, {
      hint: ownFilesHint(dataset),
      details: { dataset },
    });
  }
  if (config === undefined) {
    const only = configs.length === 1 ? configs[0] : configs.find((each) => each === DEFAULT_CONFIG);
    if (only !== undefined) return only;
    throw new InputError('BR-E0112', `${dataset} has ${configs.length} configs; choose one: ${named(configs)}`, {
      hint: `--config ${configs[0]}`,
      details: { dataset },
    });
  }
  if (configs.includes(config)) return config;
  throw new InputError('BR-E0101', `${dataset} has no config ${config}; it has ${named(configs)}`, {
    hint: didYouMean(config, configs) ?? `--config ${configs[0]}`,
    details: { dataset, config },
  });
}

/** The files of a config's split. Throws `BR-E0101` naming those that there are. */
export function chooseSplit<File extends { readonly split: string }>(
  files: readonly File[],
  choice: SplitChoice & { readonly config: string },
): ChosenSplit<File> {
  const { dataset, config } = choice;
  const split = choice.split ?? DEFAULT_SPLIT;
  const chosen = files.filter((file) => file.split === split);
  if (chosen.length > 0) return { config, split, files: chosen };
  const splits = [...new Set(files.map((file) => file.split))];
  throw new InputError('BR-E0101', `${dataset}, config ${config}, has no split ${split}; it has ${named(splits)}`, {
    hint: didYouMean(split, splits) ?? `--split ${splits[0]}`,
    details: { dataset, config, split },
  });
}

/** Some datasets have a config for each of hundreds of languages. */
function named(names: readonly string[]): string {
  const most = 20;
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
