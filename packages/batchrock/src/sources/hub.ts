import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type HubDataset, openHubDataset } from '@batchrock/formats';
import { checkedUrl } from '../compose/target.ts';
import { nodeClock, storageError, systemErrorCode } from '../node/index.ts';

/** Which rows of a hub's dataset are read, and how the hub is reached: by the variables that its own tools have. */
export interface HubPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly split?: string | undefined;
  readonly config?: string | undefined;
  readonly revision?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const HUGGING_FACE = 'https://huggingface.co';

/** Finds the files of `hf://owner/name[/config][@revision]`. */
export async function findInHub(address: string, place: HubPlace): Promise<HubDataset> {
  const { env, split, config, revision, signal } = place;
  const endpoint = checkedUrl(given(env['HF_ENDPOINT']) ?? HUGGING_FACE, 'HF_ENDPOINT');
  const token = await hubToken(env);
  const connection = { endpoint, clock: nodeClock, ...(token === undefined ? {} : { token }) };
  return openHubDataset(connection, address, { split, config, revision, signal });
}

/**
 * The token of `HF_TOKEN`, else of the file in which the hub's tools keep it; undefined when there is none, or when
 * `HF_HUB_DISABLE_IMPLICIT_TOKEN` says that none is to be sent unasked.
 */
export async function hubToken(env: HubPlace['env']): Promise<string | undefined> {
  const named = given(env['HF_TOKEN'])?.trim() ?? given(env['HUGGING_FACE_HUB_TOKEN'])?.trim();
  if (named !== undefined) return named;
  if (/^(1|true|yes|on)$/i.test(env['HF_HUB_DISABLE_IMPLICIT_TOKEN'] ?? '')) return undefined;
  const path = given(env['HF_TOKEN_PATH']) ?? join(hubHome(env), 'token');
  try {
    return given((await readFile(path, 'utf8')).trim());
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw storageError(error, `read the token in ${path}`);
  }
}

function hubHome(env: HubPlace['env']): string {
  const cache = given(env['XDG_CACHE_HOME']) ?? join(given(env['HOME']) ?? homedir(), '.cache');
  return given(env['HF_HOME']) ?? join(cache, 'huggingface');
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
