import { InputError } from '@batchrock/core';
import { type ChosenSplit, chooseConfig, chooseSplit, type SplitChoice } from './choose-split.ts';
import type { HubClient } from './hub-client.ts';
import { asList, asObject, asText, getApi, type JsonValue, readJson } from './hub-json.ts';
import { hubRefusal } from './hub-refusal.ts';
import { splitsByName } from './split-of-name.ts';

/** A file of a dataset's repository with the split that it belongs to. */
interface OwnFile {
  readonly path: string;
  readonly split: string;
}

/** Files that rows are read from. */
const DATA = /\.(parquet|csv|tsv|jsonl|ndjson)(\.(gz|zst))?$/i;

/** Where a listing goes on. */
const NEXT_PAGE = /<([^>]+)>;\s*rel="next"/;

/** The files of a split as the owner has them at a revision, and the commit that it is. */
export async function listOwnFiles(
  client: HubClient,
  revision: string,
  choice: SplitChoice,
  signal?: AbortSignal,
): Promise<ChosenSplit<string> & { readonly commit: string }> {
  const { dataset } = choice;
  const api = `${client.endpoint}/api/datasets/${dataset}`;
  const what = `look at ${dataset}@${revision}`;
  const response = await getApi(client, `${api}/revision/${encodeURIComponent(revision)}`, { what, signal });
  if (!response.ok) throw await hubRefusal(client, response, dataset, revision);
  const info = asObject(await readJson(response, what));
  const commit = asText(info['sha']);
  const paths = await listTree(client, `${api}/tree/${commit}?recursive=true`, dataset, signal);
  const data = oneFormat(paths.filter((path) => DATA.test(path) && !/(^|\/)[._]/.test(path)));
  if (data.length === 0) {
    throw new InputError('BR-E0102', `${dataset}@${revision} has no Parquet, CSV or JSON Lines files`, {
      details: { dataset, revision },
      hint: `leave the revision out to read what the hub has converted to Parquet: hf://${dataset}`,
    });
  }
  const configs = asList(asObject(info['cardData'])['configs']).map(asObject);
  const named = configs.filter((config) => asText(config['config_name']) !== '');
  const config =
    named.length === 0
      ? chooseConfig(['default'], choice)
      : chooseConfig(
          named.map((each) => asText(each['config_name'])),
          choice,
        );
  const files = filesOfConfig(
    data,
    named.find((each) => asText(each['config_name']) === config),
  );
  const chosen = chooseSplit(files, { ...choice, config });
  return { ...chosen, files: chosen.files.map((file) => file.path), commit };
}

async function listTree(
  client: HubClient,
  url: string,
  dataset: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const paths: string[] = [];
  const what = `list the files of ${dataset}`;
  for (let page: string | undefined = url; page !== undefined; ) {
    const response: Response = await getApi(client, page, { what, signal });
    if (!response.ok) throw await hubRefusal(client, response, dataset);
    for (const each of asList(await readJson(response, what))) {
      const { type, path } = asObject(each);
      if (type === 'file') paths.push(asText(path));
    }
    const next = NEXT_PAGE.exec(response.headers.get('link') ?? '')?.[1];
    page = next === undefined ? undefined : new URL(next, page).href;
  }
  return paths.sort();
}

/** A dataset of several formats is read in the one that most of its files have, as the hub does. */
function oneFormat(paths: readonly string[]): readonly string[] {
  const formats = new Map<string, string[]>();
  for (const path of paths) {
    const format = DATA.exec(path)?.[1]?.toLowerCase() ?? '';
    formats.set(format, [...(formats.get(format) ?? []), path]);
  }
  return [...formats.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

/** `data_files` of the dataset's card where it has some: a pattern, several, or several for each split; else by name. */
function filesOfConfig(paths: readonly string[], config: JsonValue | undefined): readonly OwnFile[] {
  const folder = asText(config?.['data_dir'])
    .replace(/\/?$/, '/')
    .replace(/^\.?\//, '');
  const within = paths.filter((path) => path.startsWith(folder));
  const patterns = config?.['data_files'];
  if (patterns === undefined || patterns === null) return splitsByName(within);
  if (typeof patterns === 'string') return fitting(within, folder, 'train', [patterns]);
  return asList(patterns).flatMap((each) => {
    if (typeof each === 'string') return fitting(within, folder, 'train', [each]);
    const { split, path } = asObject(each);
    return fitting(within, folder, asText(split) || 'train', typeof path === 'string' ? [path] : asList(path).map(asText));
  });
}

function fitting(paths: readonly string[], folder: string, split: string, patterns: readonly string[]): readonly OwnFile[] {
  const expressions = patterns.map((pattern) => globExpression(folder + pattern.replace(/^\.?\//, '')));
  return paths.filter((path) => expressions.some((each) => each.test(path))).map((path) => ({ path, split }));
}

/** `*` and `?` stand for anything but a slash, `**` for anything, `[...]` for one of its characters. */
function globExpression(pattern: string): RegExp {
  const pieces = pattern.split(/(\*\*\/|\*+|\?|\[[^\]/]+\])/).map((piece) => {
    if (piece === '**/') return '(?:.*/)?';
    if (piece.startsWith('*')) return piece.length > 1 ? '.*' : '[^/]*';
    if (piece === '?') return '[^/]';
    if (/^\[[^\]/]+\]$/.test(piece)) return piece.replace(/\\/g, '\\\\').replace(/^\[!/, '[^');
    return piece.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
  });
  return new RegExp(`^${pieces.join('')}$`);
}
