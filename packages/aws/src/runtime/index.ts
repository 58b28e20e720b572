export { createBedrockModelRuntime } from './bedrock-model-runtime.ts';
