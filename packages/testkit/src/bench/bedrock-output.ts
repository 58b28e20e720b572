import { type FileHandle, open } from 'node:fs/promises';
import type { Random } from '@batchrock/core';

const FLUSH_BYTES = 1 << 20;

/**
 * How long an answer is: 87 characters on average, as in the measurements that the figures to reach come from, whose CSV grew by
 * 89 bytes a row.
 */
const LEAST_WORDS = 8;
const MOST_WORDS = 23;

/** Words of the answers. */
const WORDS = 'positive negative mixed warm terse honest fair slow dull quite rather the of and but with for'.split(' ');

/**
 * Writes what Bedrock would make of an input file: each request echoed, an answer behind it, the lines shuffled. `lines` are
 * those of the input file, without padding.
 */
export async function writeBedrockOutput(
  path: string,
  lines: readonly Buffer[],
  answer: () => string,
  random: Random,
): Promise<void> {
  const order = Uint32Array.from(lines, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(random.next() * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  const file = await open(path, 'w');
  try {
    let chunk: Buffer[] = [];
    let bytes = 0;
    for (const index of order) {
      const line = lines[index]!;
      const tail = Buffer.from(`,"modelOutput":${answer()}}\n`);
      // the line without its closing brace, then the answer
      chunk.push(line.subarray(0, line.length - 1), tail);
      bytes += line.length + tail.length;
      if (bytes < FLUSH_BYTES) continue;
      await flush(file, chunk);
      chunk = [];
      bytes = 0;
    }
    await flush(file, chunk);
  } finally {
    await file.close();
  }
}

async function flush(file: FileHandle, chunk: readonly Buffer[]): Promise<void> {
  await file.write(Buffer.concat(chunk));
}

/** Answers of Claude, as JSON. */
export function textAnswers(random: Random): () => string {
  return () => JSON.stringify(textAnswer(random));
}

/**
 * Answers of Titan Text Embeddings, as JSON: 1,024 numbers of length 1 together, each the shortest text of a 32-bit float,
 * small ones with an exponent, as that model writes them.
 */
export function vectorAnswers(random: Random): () => string {
  const texts = Array.from({ length: NUMBERS }, () => numberText((random.next() + random.next() - 1) / 13));
  return () => {
    const from = Math.floor(random.next() * (NUMBERS - DIMENSIONS));
    const numbers = texts.slice(from, from + DIMENSIONS);
    return `{"embedding":[${numbers.join(',')}],"inputTextTokenCount":${20 + Math.floor(random.next() * 80)}}`;
  };
}

/** Every vector is a thousand of these in a row: to write a number anew takes longer than to read it. */
const NUMBERS = 1 << 20;
const DIMENSIONS = 1024;

/** As Java writes a float: `-0.012345678`, `8.881092E-4`. */
function numberText(value: number): string {
  const float = Math.fround(value);
  let digits = 6;
  while (Math.fround(Number(float.toPrecision(digits))) !== float) digits += 1;
  if (Math.abs(float) >= 1e-3 || float === 0) return String(Number(float.toPrecision(digits)));
  const text = float.toExponential(digits - 1).replace('e', 'E');
  return text.replace(/0+E/, 'E').replace('.E', '.0E');
}

function textAnswer(random: Random): object {
  const count = LEAST_WORDS + Math.floor(random.next() * (MOST_WORDS - LEAST_WORDS + 1));
  const words = Array.from({ length: count }, () => WORDS[Math.floor(random.next() * WORDS.length)]);
  // as the rows of the dataset: a tenth with quotes, a twentieth with newlines, a tenth not ASCII
  if (random.next() < 0.1) words.push('"so to say"');
  if (random.next() < 0.05) words.push('\n\n');
  if (random.next() < 0.1) words.push('größer café');
  const text = words.join(' ');
  return {
    id: `msg_bdrk_${Math.floor(random.next() * 1e15).toString(36)}`,
    type: 'message',
    role: 'assistant',
    model: 'claude-3-haiku-20240307',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 90 + count, output_tokens: count },
  };
}
