import { InputError, type Source } from '@batchrock/core';
import { chooseConverted, type SplitChoice } from './choose-split.ts';
import { listConverted } from './converted-files.ts';
import { HubClient, type HubConnection } from './hub-client.ts';
import { findHubFile, HubFile } from './hub-file.ts';
import { parseHubName } from './hub-name.ts';
import { listOwnFiles } from './own-files.ts';

/** What is read of a dataset; what the address says itself goes before it, and must not differ. */
export interface HubQuestion {
  /** Default: `train`. */
  readonly split?: string | undefined;
  /** Default: the only one, or `default`. */
  readonly config?: string | undefined;
  /** A branch, a tag or a commit: the owner's own files at it. Default: what the hub has converted to Parquet. */
  readonly revision?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A dataset of a hub, pinned to a commit. */
export interface HubDataset {
  readonly sources: readonly Source[];
  /** What is read, for the user: `owner/name, config default, split train, at 0123456789ab`. */
  readonly description: string;
  /** Only the first 5 GB, as was asked for. */
  readonly isPartial: boolean;
}

/** Files that are looked for at once: enough to hide the way to the hub, few enough for its limits. */
const LOOKS_AT_ONCE = 6;
/** Each file is a line of the run's document. */
const MAX_FILES = 10_000;

/**
 * Finds the files of a dataset: lists them, follows each to where it is stored, and pins them to one commit. Nothing is
 * downloaded. Throws `BR-E0101` for what there is not (naming what there is), `BR-E0501` for what may not be read, `BR-E0114`
 * for what the hub could not convert or has cut off.
 */
export async function openHubDataset(
  connection: HubConnection,
  address: string,
  question: HubQuestion = {},
): Promise<HubDataset> {
  const client = new HubClient(connection);
  const name = parseHubName(address);
  const config = agreed('config', name.config, question.config);
  const revision = agreed('revision', name.revision, question.revision);
  const choice: SplitChoice = { dataset: name.dataset, config, split: question.split };
  const { signal } = question;
  const listed = await list(client, revision, choice, signal);
  if (listed.urls.length > MAX_FILES) {
    throw new InputError('BR-E0120', `${name.dataset} has ${listed.urls.length} files in that split; ${MAX_FILES} are read`, {
      details: { dataset: name.dataset },
    });
  }
  const files = await findAll(client, name.dataset, listed.urls, signal);
  const commit = files.map((file) => file.commit).find((each) => each !== undefined);
  return {
    sources: files.map((file) => file.file.source()),
    description: `${name.dataset}, config ${listed.config}, split ${listed.split}${commit === undefined ? '' : `, at ${commit.slice(0, 12)}`}`,
    isPartial: listed.isPartial,
  };
}

async function list(client: HubClient, revision: string | undefined, choice: SplitChoice, signal: AbortSignal | undefined) {
  if (revision === undefined) {
    const { config, split, files } = chooseConverted(await listConverted(client, choice.dataset, signal), choice);
    return { config, split, urls: files.map((file) => file.url), isPartial: files.some((file) => file.isPartial) };
  }
  const { config, split, files, commit } = await listOwnFiles(client, revision, choice, signal);
  const base = `${client.endpoint}/datasets/${choice.dataset}/resolve/${commit}`;
  return {
    config,
    split,
    urls: files.map((path) => `${base}/${path.split('/').map(encodeURIComponent).join('/')}`),
    isPartial: false,
  };
}

/** Some at a time, in their order. A branch that moved meanwhile is an error: half of its files would be of another commit. */
async function findAll(client: HubClient, dataset: string, urls: readonly string[], signal: AbortSignal | undefined) {
  const found: { readonly file: HubFile; readonly commit: string | undefined }[] = [];
  let next = 0;
  const look = async (): Promise<void> => {
    for (let i = next++; i < urls.length; i = next++) {
      const url = urls[i] as string;
      const place = await findHubFile(client, url, dataset, signal);
      found[i] = { file: new HubFile(client, dataset, url, place), commit: place.commit };
    }
  };
  const lookUntilOneFails = async (): Promise<void> => {
    await look().catch((error: unknown) => {
      next = urls.length;
      throw error;
    });
  };
  await Promise.all(Array.from({ length: Math.min(LOOKS_AT_ONCE, urls.length) }, lookUntilOneFails));
  if (new Set(found.map((each) => each.commit)).size > 1) {
    throw new InputError('BR-E0118', `${dataset} changed while its files were looked for`, {
      hint: 'give the same command again',
      details: { dataset },
    });
  }
  return found;
}

function agreed(what: string, named: string | undefined, asked: string | undefined): string | undefined {
  if (named === undefined || asked === undefined || named === asked) return asked ?? named;
  throw new InputError('BR-E0112', `the address says ${what} ${named}, and --${what} says ${asked}`, {
    hint: 'give one of them',
    details: { [what]: asked },
  });
}
