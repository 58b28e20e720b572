import { type CallOptions, didYouMean, InputError, type ObjectStore, readText } from '@batchrock/core';
import { type NamedPrompt, parsePromptFile } from 'batchrock/request';
import { EXAMPLE_PROMPTS } from './example-prompts.ts';

/** Where the prompts of an orchestrator lie in its bucket, each in a file `<id>.md`. */
const FOLDER = 'prompts/';

/** As on the command line: four times the largest record that is sent. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The prompt of an id: that of the bucket, else one of the examples. Throws `BR-E0124` for an id that is not there, naming those
 * that are, and what is wrong with the file.
 */
export async function readNamedPrompt(objects: ObjectStore, id: string, o?: CallOptions): Promise<NamedPrompt> {
  if (!/^[\w-]+(?:[./][\w-]+)*$/.test(id)) {
    throw new InputError('BR-E0124', `prompt_id is ${JSON.stringify(id)}; allowed: letters, digits, - _ and . or / between them`);
  }
  const key = `${FOLDER}${id}.md`;
  const file = `${objects.uri}/${key}`;
  const found = await objects.head(key, o);
  if (found !== undefined && found.size > MOST_BYTES) {
    throw new InputError('BR-E0120', `${file}, the prompt, has more than ${MOST_BYTES} bytes`, {
      hint: 'a text that differs by row belongs into a column: {column}',
    });
  }
  const text = found === undefined ? EXAMPLE_PROMPTS[id] : await readText(objects, key, o).catch(notUtf8(file));
  if (text === undefined) throw await unknownPrompt(objects, id, o);
  return parsePromptFile(new TextEncoder().encode(text), found === undefined ? `the example ${id}` : file);
}

/** Those of the bucket, as far as the function may look, and the examples. */
async function unknownPrompt(objects: ObjectStore, id: string, o?: CallOptions): Promise<InputError> {
  const ids = new Set(Object.keys(EXAMPLE_PROMPTS));
  try {
    for await (const { key } of objects.list(FOLDER, o)) if (key.endsWith('.md')) ids.add(key.slice(FOLDER.length, -3));
  } catch {
    // what there is cannot be told; that this one is not there is said all the same
  }
  const known = [...ids].sort();
  const near = didYouMean(id, known);
  const message = `prompt_id is ${JSON.stringify(id)}, and there is no ${objects.uri}/${FOLDER}${id}.md; there are ${listed(known)}`;
  return new InputError('BR-E0124', near === undefined ? message : `${message}; ${near}?`, {
    details: { prompt: id, prompts: known },
    hint: 'put the prompt there: text with {column} for a cell',
  });
}

/** Names, twenty of them at most. */
function listed(ids: readonly string[]): string {
  const most = 20;
  return ids.length > most ? `${ids.slice(0, most).join(', ')} and ${ids.length - most} more` : ids.join(', ');
}

function notUtf8(file: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError('BR-E0114', `the prompt in ${file} is not UTF-8`, { cause: error, hint: 'save the file as UTF-8' });
  };
}
