import type { EngineSettings } from '../engine/index.ts';

/** What a construct with nothing but its defaults says to its functions. */
export const ENGINE_SETTINGS: EngineSettings = {
  bucket: 'bucket',
  table: 'ledger',
  region: 'us-east-1',
  roleArn: 'arn:aws:iam::123456789012:role/bedrock',
  timeoutHours: 24,
  resultsFormat: 'parquet',
  families: [],
};
