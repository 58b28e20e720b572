import type { JsonValue } from '../model/index.ts';
import { type FetchedMedia, type Given, type GivenObject, isObject, isTooDeep, type MediaUrl } from './findings.ts';
import { COPY_KEY } from './line.ts';
import { readOpenAiLine } from './read-line.ts';

/** What fetching one URL gave: its bytes, or why there are none, in words that a message may show. */
export type FetchResult = FetchedMedia | { readonly why: string };

/**
 * The images behind URLs that keep a parsed line from being sent, each URL once; none where something else is wrong with the line,
 * which no image would mend.
 */
export function imagesToFetch(value: unknown): readonly MediaUrl[] {
  const { urls, problems } = readOpenAiLine(value);
  const isMended = urls.length > 0 && problems.every(({ code }) => code === 'media_not_fetched');
  if (!isMended || urls.some(({ kind }) => kind !== 'image') || isTooDeep(value)) return [];
  return urls.filter(({ url }, i) => urls.findIndex((each) => each.url === url) === i);
}

/**
 * A parsed line with the bytes of its images in place of their URLs. Where one could not be fetched the line stays as it is and says
 * why (`COPY_KEY`), so that reading it tells that.
 */
export function withFetched(value: unknown, results: ReadonlyMap<string, FetchResult>): unknown {
  if (!isObject(value)) return value;
  const failed = [...results].flatMap(([url, result]) => ('why' in result ? [[url, result.why] as const] : []));
  if (failed.length > 0) return { ...value, [COPY_KEY]: { unfetched: Object.fromEntries(failed) } };
  return { ...value, body: replaced(value['body'], results) };
}

/** URLs stand under these keys alone: a text that is the same as one stays a text. */
const URL_KEYS: ReadonlySet<string> = new Set(['url', 'image_url']);

function replaced(value: Given, results: ReadonlyMap<string, FetchResult>): Given {
  if (Array.isArray(value)) return value.map((each) => replaced(each, results)) as JsonValue;
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, each]) => {
    const found = typeof each === 'string' && URL_KEYS.has(key) ? results.get(each) : undefined;
    if (found === undefined || 'why' in found) return [key, replaced(each, results)];
    return [key, `data:${found.mediaType};base64,${found.base64}`];
  });
  return Object.fromEntries(entries) as GivenObject as JsonValue;
}
