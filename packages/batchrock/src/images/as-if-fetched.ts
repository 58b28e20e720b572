import { type FetchResult, readOpenAiLine, withFetched } from '@batchrock/core';
import type { FetchImages } from '../request/fetch-images.ts';
import { ImageFailure, reachableUrl } from './image-reach.ts';

/** One white pixel. */
const ANY_PNG: FetchResult = {
  mediaType: 'image/png',
  base64: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMB/6X+XcsAAAAASUVORK5CYII=',
};

/**
 * A parsed line as if the images behind its URLs had been fetched, where their hosts may be asked, whatever else is wrong with it.
 * Nothing is fetched.
 */
export function asIfFetched(value: unknown, { hosts }: FetchImages): unknown {
  const urls = readOpenAiLine(value).urls.filter(({ kind }) => kind === 'image');
  if (urls.length === 0) return value;
  return withFetched(value, new Map(urls.map(({ url }) => [url, resultOf(url, hosts)])));
}

function resultOf(url: string, hosts: FetchImages['hosts']): FetchResult {
  try {
    reachableUrl(url, hosts);
    return ANY_PNG;
  } catch (error) {
    if (error instanceof ImageFailure) return { why: error.message };
    throw error;
  }
}
