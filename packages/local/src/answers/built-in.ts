import { embedText } from './embedding.ts';
import type { Answerer } from './question.ts';
import { answerText } from './text-model.ts';

/** Answers without any model, at once: texts by rules, embeddings by feature hashing. */
export function createBuiltInAnswerer(): Answerer {
  return {
    concurrency: 1,
    answer: (question) => (question.kind === 'text' ? answerText(question) : embedText(question)),
  };
}
