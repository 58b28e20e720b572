import { open } from 'node:fs/promises';
import { InputError } from '@batchrock/core';

/**
 * Most bytes of a file with a prompt: four times the largest record that is sent, so that no prompt is refused here which could
 * be sent, and a device or a pipe without an end is not read into memory.
 */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The bytes of a file with a prompt; `path` is absolute, `name` is how the user calls it. A pipe is as good as a file. Throws
 * `BR-E0120` when there are more than 16 MiB, and what node:fs throws.
 */
export async function readPromptBytes(path: string, name: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const blocks: Uint8Array[] = [];
    let bytes = 0;
    for await (const block of file.createReadStream({ autoClose: false })) {
      blocks.push(block);
      bytes += block.length;
      if (bytes > MOST_BYTES) throw tooLarge(name);
    }
    return Buffer.concat(blocks, bytes);
  } finally {
    await file.close();
  }
}

function tooLarge(name: string): InputError {
  return new InputError('BR-E0120', `${name}, the prompt, has more than ${MOST_BYTES} bytes`, {
    hint: 'give the file of the prompt; a text that differs by row belongs into a column: {column}',
    details: { file: name, mostBytes: MOST_BYTES },
  });
}
