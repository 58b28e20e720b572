export { DEFAULT_ACCOUNT, DEFAULT_REGION, type LocalBedrockOptions } from './options.ts';
