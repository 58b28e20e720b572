import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { didYouMean, InputError } from '@batchrock/core';
import { storageError, systemErrorCode } from '../node/index.ts';
import { type NamedPrompt, parsePromptFile } from './prompt-file.ts';
import { readPromptBytes } from './read-prompt.ts';

/** A question that may name its prompt instead of having it. */
interface MayNamePrompt extends Partial<NamedPrompt> {
  readonly promptId?: string;
  readonly promptsDir?: string;
}

/** The folder of named prompts unless another is given. */
const DEFAULT_PROMPTS_DIR = 'prompts';

/**
 * Puts the prompt that a question names in its place; its own system prompt and parameters go before the file's. Throws
 * `BR-E0112` when it has a prompt as well, `BR-E0124` for an id that is not there, and what is wrong with the file.
 */
export async function withNamedPrompt<T extends MayNamePrompt>(question: T, cwd: string): Promise<T> {
  const { promptId, promptsDir = DEFAULT_PROMPTS_DIR } = question;
  if (promptId === undefined) return question;
  if (question.prompt !== undefined) {
    throw new InputError('BR-E0112', `a prompt and the id of one (${promptId}) are given; one is allowed`);
  }
  const named = await readNamedPrompt(promptId, promptsDir, cwd);
  return {
    ...question,
    ...named,
    ...(question.system !== undefined && { system: question.system }),
    params: { ...named.params, ...question.params },
  };
}

async function readNamedPrompt(id: string, folder: string, cwd: string): Promise<NamedPrompt> {
  if (!/^[\w-]+(?:[./][\w-]+)*$/.test(id)) {
    throw new InputError('BR-E0124', `${JSON.stringify(id)} is no id of a prompt: letters, digits, - _ and . or / between them`);
  }
  const file = join(folder, `${id}.md`);
  const bytes = await readPromptBytes(resolve(cwd, file), file).catch(async (error: unknown) => {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw await unknownPrompt(id, folder, cwd);
    throw storageError(error, `read the prompt ${file}`);
  });
  return parsePromptFile(bytes, file);
}

async function unknownPrompt(id: string, folder: string, cwd: string): Promise<InputError> {
  const ids = await promptIds(resolve(cwd, folder));
  const details = { prompt: id, prompts: ids ?? [] };
  if (ids === undefined) {
    const message = `no prompt ${JSON.stringify(id)}: there is no folder ${folder}`;
    return new InputError('BR-E0124', message, {
      details,
      hint: `write the prompt into ${join(folder, `${id}.md`)}, or give --prompts-dir`,
    });
  }
  if (ids.length === 0)
    return new InputError('BR-E0124', `no prompt ${JSON.stringify(id)}: ${folder} has no .md file`, { details });
  const near = didYouMean(id, ids);
  const message = `no prompt ${JSON.stringify(id)} in ${folder}; there ${ids.length === 1 ? 'is' : 'are'} ${listed(ids)}`;
  return new InputError('BR-E0124', near === undefined ? message : `${message}; ${near}?`, { details });
}

/** Names, twenty of them at most. */
function listed(ids: readonly string[]): string {
  const most = 20;
  return ids.length > most ? `${ids.slice(0, most).join(', ')} and ${ids.length - most} more` : ids.join(', ');
}

/** The ids of a folder of prompts, sorted; undefined when there is no such folder. */
async function promptIds(folder: string): Promise<readonly string[] | undefined> {
  try {
    const names = await readdir(folder, { recursive: true });
    return names
      .filter((name) => name.endsWith('.md'))
      .map((name) => name.slice(0, -3).replaceAll('\\', '/'))
      .sort();
  } catch {
    return undefined;
  }
}
