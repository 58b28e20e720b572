import { createS3Sources } from '@batchrock/aws';
import type { CallOptions, Source } from '@batchrock/core';
import { openHubDataset } from '@batchrock/formats';
import { nodeClock } from 'batchrock/node';
import { s3Endpoint } from '../engine/index.ts';
import { optionalSetting } from '../settings/index.ts';
import type { AskedDataset } from './asked.ts';

/** The files of a dataset, in order, and what they are read through. */
export interface FoundDataset {
  /** At least one. */
  readonly sources: readonly Source[];
  /** What whoever asked should know of it. */
  readonly notices: readonly string[];
  close(): void;
}

/** Finds the files of a dataset. Throws `BR-E0101` when there are none. */
export type FindDataset = (dataset: AskedDataset, o?: CallOptions) => Promise<FoundDataset>;

const HUGGING_FACE = 'https://huggingface.co';

/** Datasets on S3 and of a hub, where the environment says. */
export function datasetFinder(region: string): FindDataset {
  return async (dataset, { signal } = {}) => {
    if (dataset.kind === 's3') {
      const s3 = createS3Sources({ region, ...s3Endpoint() });
      try {
        return {
          sources: await s3.find(dataset.uri, signal === undefined ? {} : { signal }),
          notices: [],
          close: () => s3.destroy(),
        };
      } catch (error) {
        s3.destroy();
        throw error;
      }
    }
    const token = optionalSetting('HF_TOKEN');
    const endpoint = (optionalSetting('HF_ENDPOINT') ?? HUGGING_FACE).replace(/\/$/, '');
    const connection = { endpoint, clock: nodeClock, ...(token === undefined ? {} : { token }) };
    const { split, config, revision } = dataset;
    const found = await openHubDataset(connection, `hf://${dataset.dataset}`, { split, config, revision, signal });
    const notices = found.isPartial ? [`${found.description}: only the first 5 GB of it, as the hub has converted it`] : [];
    return { sources: found.sources, notices, close: () => {} };
  };
}
