export { type BatchProviderOptions, type BedrockBatchProvider, bedrockBatch } from './provider.ts';
