export { BEDROCK_FACTS, type BedrockBatchServiceOptions, createBedrockBatchService } from './bedrock/bedrock-batch-service.ts';
export { listOfferedModels, type OfferedModels } from './bedrock/offered-models.ts';
export { readProfileModels } from './bedrock/profile-models.ts';
export type { ConnectionOptions, Credentials } from './client-options.ts';
export { createS3ObjectStore, type S3ObjectStore, type S3ObjectStoreOptions } from './s3/s3-object-store.ts';
export { createS3Sources, type S3Sources, type S3SourcesOptions } from './s3/s3-sources.ts';
export { translateError } from './translate-error.ts';
