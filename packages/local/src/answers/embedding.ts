import { hashText } from '../seeded.ts';
import type { EmbeddingQuestion, EmbeddingReply } from './question.ts';
import { countTokens } from './tokens.ts';

const WORD = /[\p{L}\p{N}]+/gu;
const PAIR_WEIGHT = 0.7;
const TRIGRAM_WEIGHT = 0.4;

/**
 * Embeds a text by feature hashing: each word, each pair of neighbours and each three letters of a word add to one
 * component, its sign taken from the hash. Texts that share words get like vectors, as a real model's would be.
 */
export function embedText(question: EmbeddingQuestion): EmbeddingReply {
  const vector = new Float64Array(question.dimensions);
  let previous = '';
  for (const [word] of question.text.toLowerCase().matchAll(WORD)) {
    add(vector, `w:${word}`, 1);
    if (previous !== '') add(vector, `p:${previous} ${word}`, PAIR_WEIGHT);
    const padded = `^${word}$`;
    for (let i = 0; i + 3 <= padded.length; i += 1) add(vector, `t:${padded.slice(i, i + 3)}`, TRIGRAM_WEIGHT);
    previous = word;
  }
  if (previous === '') add(vector, `r:${question.text}`, 1);
  return { kind: 'embedding', vector: scaled(vector, question.normalize), inputTokens: countTokens(question.text) };
}

function add(vector: Float64Array, feature: string, weight: number): void {
  const hash = hashText(feature);
  vector[(hash >>> 1) % vector.length]! += (hash & 1) === 0 ? weight : -weight;
}

/** Six decimals are plenty for a hash and keep the answers short. */
function scaled(vector: Float64Array, normalize: boolean): number[] {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const scale = normalize && squares > 0 ? 1 / Math.sqrt(squares) : 1;
  return Array.from(vector, (value) => (value === 0 ? 0 : Math.round(value * scale * 1e6) / 1e6));
}
