export { bodyShapeOf, isEmbeddingModel } from './bodies/index.ts';
export { createBuiltInAnswerer } from './built-in.ts';
export {
  AnswerError,
  type Answerer,
  type BodyShape,
  type EmbeddingQuestion,
  type EmbeddingReply,
  type Question,
  type Reply,
  type TextQuestion,
  type TextReply,
} from './question.ts';
export { createUpstreamAnswerer, type UpstreamOptions } from './upstream.ts';
