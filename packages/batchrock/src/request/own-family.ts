import { resolve } from 'node:path';
import { isFamilyPath, type LoadedFamily, loadFamily } from '../node/index.ts';

/** A question that may name how its model is spoken to. */
interface MayNameFamily {
  /** A built-in family, or the path of a module. */
  readonly family?: string;
}

/** The same with the module of its family loaded. */
export type WithOwnFamily<T> = T & { readonly ownFamily?: LoadedFamily };

/** Loads the family that a question names by a path. Throws what `loadFamily` throws. */
export async function withOwnFamily<T extends MayNameFamily>(question: T, cwd: string): Promise<WithOwnFamily<T>> {
  const { family } = question;
  if (family === undefined || !isFamilyPath(family)) return question;
  return { ...question, ownFamily: await loadFamily(resolve(cwd, family), family) };
}

/** What `resolveModel` is told of the family. */
export function familyOption({ family, ownFamily }: WithOwnFamily<MayNameFamily>): {
  readonly family?: string | LoadedFamily['family'];
} {
  const named = ownFamily?.family ?? family;
  return named === undefined ? {} : { family: named };
}
