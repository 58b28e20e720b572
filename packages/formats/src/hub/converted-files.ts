import { type BatchrockError, InputError, isServiceError, ServiceError } from '@batchrock/core';
import type { HubClient } from './hub-client.ts';
import { asList, asObject, asText, getApi, readJson } from './hub-json.ts';
import { hubRefusal } from './hub-refusal.ts';

/** A file that the hub has made of a dataset, or that it has linked because it was Parquet already. */
export interface ListedFile {
  readonly config: string;
  readonly split: string;
  /** Redirects to the file. */
  readonly url: string;
  /** Only the first 5 GB of the split are in such files. */
  readonly isPartial: boolean;
}

/** What a hub has converted of a dataset. */
export interface Conversion {
  readonly files: readonly ListedFile[];
  /** Configs that are still to be converted, and that could not be. */
  readonly pending: readonly string[];
  readonly failed: readonly string[];
}

/** The hub writes the cut files of a split into a folder of its own (dataset viewer, "List Parquet files", 2026-11). */
const PARTIAL = /^partial-/;

/**
 * Asks what Parquet files the hub has of a dataset. The viewer says whether they are all; where a hub has none, its API lists
 * them, and the names of their folders say it. Throws what `hubRefusal` says of an unknown or closed dataset.
 */
export async function listConverted(client: HubClient, dataset: string, signal?: AbortSignal): Promise<Conversion> {
  const what = `list the files of ${dataset}`;
  const url = `${client.viewer}/parquet?dataset=${encodeURIComponent(dataset)}`;
  const response = await getApi(client, url, { what, signal }).catch((error: unknown) => {
    if (isServiceError(error) && error.code === 'BR-E0506') return undefined;
    throw error;
  });
  if (response?.ok) return fromViewer(await readJson(response, what));
  if (response !== undefined && response.status >= 500) throw await notConverted(client, dataset, response, signal);
  // a hub of a house has no viewer, and the viewer does not see every private dataset
  await response?.body?.cancel();
  return listByApi(client, dataset, what, signal);
}

function fromViewer(body: unknown): Conversion {
  const { parquet_files, pending, failed, partial } = asObject(body);
  const files = asList(parquet_files).map((each): ListedFile => {
    const { config, split, url } = asObject(each);
    return listed(asText(config), asText(split), asText(url));
  });
  const isMarked = files.some((file) => file.isPartial);
  return {
    // where it is said that some are cut off and not which, none is trusted
    files: partial === true && !isMarked ? files.map((file) => ({ ...file, isPartial: true })) : files,
    pending: configsOf(pending),
    failed: configsOf(failed),
  };
}

function listed(config: string, split: string, url: string): ListedFile {
  const folder = url.split('/').at(-2) ?? '';
  return { config, split: split.replace(PARTIAL, ''), url, isPartial: PARTIAL.test(split) || PARTIAL.test(folder) };
}

function configsOf(jobs: unknown): readonly string[] {
  return [...new Set(asList(jobs).map((job) => asText(asObject(job)['config'])))];
}

async function listByApi(client: HubClient, dataset: string, what: string, signal: AbortSignal | undefined): Promise<Conversion> {
  const response = await getApi(client, `${client.endpoint}/api/datasets/${dataset}/parquet`, { what, signal });
  if (!response.ok) throw await notConverted(client, dataset, response, signal);
  const configs = asObject(await readJson(response, what));
  const files = Object.entries(configs).flatMap(([config, splits]) =>
    Object.entries(asObject(splits)).flatMap(([split, urls]) => asList(urls).map((url) => listed(config, split, asText(url)))),
  );
  return { files, pending: [], failed: [] };
}

/** Why there are no converted files: the dataset itself cannot be had, or its conversion. */
async function notConverted(
  client: HubClient,
  dataset: string,
  response: Response,
  signal: AbortSignal | undefined,
): Promise<BatchrockError> {
  const whole = await getApi(client, `${client.endpoint}/api/datasets/${dataset}`, { what: `look at ${dataset}`, signal });
  if (!whole.ok) return hubRefusal(client, whole, dataset);
  await whole.body?.cancel();
  const code = response.headers.get('x-error-code') ?? `it answered ${response.status}`;
  if (code === 'ResponseNotReady') return stillConverting(dataset);
  const said = asText(asObject(await response.json().catch(() => undefined))['error']);
  const message = `${new URL(client.endpoint).host} has not converted ${dataset} to Parquet: ${said.slice(0, 300) || code}`;
  return new InputError('BR-E0114', message, { hint: ownFilesHint(dataset), details: { dataset } });
}

/** The error for a conversion that is under way. */
export function stillConverting(dataset: string): ServiceError {
  return new ServiceError('BR-E0503', `the hub is still converting ${dataset} to Parquet`, {
    reason: 'unavailable',
    effect: 'none',
    hint: `wait some minutes and give the same command again; or ${ownFilesHint(dataset)}`,
  });
}

/** How to read what the owner has uploaded instead. */
export function ownFilesHint(dataset: string): string {
  return `read the dataset's own files, if they are Parquet, CSV or JSON Lines: hf://${dataset}@main`;
}
