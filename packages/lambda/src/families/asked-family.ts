import { didYouMean, FAMILIES, InputError, isBatchrockError, resolveModel, StateError } from '@batchrock/core';
import type { LoadedFamily } from 'batchrock/node';
import type { StackFamily } from './family-list.ts';
import { loadStackFamily } from './stack-families.ts';

/** How a question says that its model is spoken to. */
export interface AskedFamily {
  /** A built-in one, or one of the stack. */
  readonly family?: string;
  /** What the file of a family of the stack has to be. */
  readonly familySha256?: string;
}

/** The same as `checkQuestion` takes it. */
export interface FoundFamily {
  readonly family?: string;
  readonly ownFamily?: LoadedFamily;
}

/**
 * Finds the family that is asked for by its name. Throws `BR-E0120` for one that is neither built in nor in the stack, `BR-E0218` where
 * the stack's is of another file than was asked for.
 */
export async function findFamily(
  families: readonly StackFamily[],
  { family: name, familySha256 }: AskedFamily,
): Promise<FoundFamily> {
  if (name === undefined) return {};
  const there = families.find((each) => each.name === name);
  if (there === undefined) {
    if (familySha256 === undefined && FAMILIES.some((each) => each.name === name)) return { family: name };
    throw unknownFamily(families, name);
  }
  if (familySha256 !== undefined && familySha256 !== there.sha256) throw otherFamily(there, familySha256);
  return { family: name, ownFamily: await loadStackFamily(there) };
}

/**
 * The family of a file that may name none: a model that nobody knows is spoken to by the only family of the stack. Throws what
 * `findFamily` throws.
 */
export async function findFamilyFor(
  families: readonly StackFamily[],
  { modelId, family }: { readonly modelId: string; readonly family?: string },
): Promise<FoundFamily> {
  const [only] = families;
  if (family === undefined && only !== undefined && families.length === 1 && !isKnown(modelId)) {
    return findFamily(families, { family: only.name });
  }
  return findFamily(families, family === undefined ? {} : { family });
}

function isKnown(modelId: string): boolean {
  try {
    resolveModel(modelId);
    return true;
  } catch (error) {
    if (isBatchrockError(error) && error.code === 'BR-E0105') return false;
    throw error;
  }
}

function unknownFamily(families: readonly StackFamily[], name: string): InputError {
  const own = families.map((each) => each.name);
  const near = didYouMean(name, [...own, ...FAMILIES.map((each) => each.name)]);
  const has = own.length === 0 ? 'this stack has none of its own' : `those of this stack are ${own.join(', ')}`;
  const guess = near === undefined ? '' : ` (${near}?)`;
  return new InputError('BR-E0120', `unknown model family ${JSON.stringify(name)}${guess}; ${has}`, {
    hint: 'deploy the stack with the module of the family among its families',
    details: { family: name },
  });
}

function otherFamily({ name, path, sha256 }: StackFamily, asked: string): StateError {
  const [has, wanted] = [sha256, asked].map((each) => `${each.slice(0, 12)}…`);
  return new StateError('BR-E0218', `the family ${name} of this stack is of another ${path} (SHA-256 ${has}, asked ${wanted})`, {
    hint: 'deploy the stack again with the file that is asked for',
    details: { family: name, sha256, asked },
  });
}
