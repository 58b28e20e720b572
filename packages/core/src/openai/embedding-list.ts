import type { AnsweredLine, RecordAnswer } from './answer.ts';
import { float32Base64 } from './base64.ts';

/** An answer of `/v1/embeddings`: an embedding is a list of numbers, or base64 where that was asked for. */
export interface EmbeddingListObject {
  object: 'list';
  data: { object: 'embedding'; index: number; embedding: readonly number[] | string }[];
  model: string;
  usage: { prompt_tokens: number; total_tokens: number };
}

/** Brings the vectors of one line together, in the order of its texts. Tokens that no model tells count as 0. */
export function embeddingList(
  line: AnsweredLine,
  answers: readonly (RecordAnswer & { readonly kind: 'embedding' })[],
): EmbeddingListObject {
  const tokens = answers.reduce((sum, each) => sum + (each.inputTokens ?? 0), 0);
  return {
    object: 'list',
    data: answers.map(({ embedding }, index) => ({
      object: 'embedding',
      index,
      embedding: line.encoding === 'base64' ? float32Base64(embedding) : embedding,
    })),
    model: line.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
