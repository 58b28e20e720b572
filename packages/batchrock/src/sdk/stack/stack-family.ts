import { resolve } from 'node:path';
import { didYouMean, FAMILIES, InputError, StateError } from '@batchrock/core';
import type { OrchestratorStack } from '../../compose/orchestrator-stack.ts';
import { isFamilyPath, loadFamily } from '../../node/index.ts';

/** How an execution says that its model is spoken to. */
export interface StackFamily {
  readonly name: string;
  /** Of the module that the stack has to have, in hexadecimal; absent for a family that is built in. */
  readonly sha256?: string;
  /** Its module is in the stack alone: what is asked cannot be checked here. */
  readonly isThereAlone: boolean;
}

/**
 * Finds in a stack the family that is asked for, by the path of its module or by its name. Throws `BR-E0120` for one that the stack has
 * not, `BR-E0218` where it has another of that name, and what `loadFamily` throws.
 */
export async function stackFamily(
  { name: stack, families }: Pick<OrchestratorStack, 'name' | 'families'>,
  asked: string | undefined,
  cwd: string,
): Promise<StackFamily | undefined> {
  if (asked === undefined) return undefined;
  if (!isFamilyPath(asked)) {
    const there = families.find((each) => each.name === asked);
    if (there !== undefined) return { ...there, isThereAlone: true };
    if (FAMILIES.some((each) => each.name === asked)) return { name: asked, isThereAlone: false };
    const near = didYouMean(
      asked,
      [...families, ...FAMILIES].map(({ name }) => name),
    );
    throw missing(
      stack,
      families,
      `unknown model family ${JSON.stringify(asked)}${near === undefined ? '' : ` (${near}?)`}`,
      './x.js',
    );
  }
  const { family, module } = await loadFamily(resolve(cwd, asked), asked);
  const there = families.find((each) => each.name === family.name);
  if (there === undefined) throw missing(stack, families, `${asked} is the family ${family.name}`, asked);
  if (there.sha256 === module.sha256) return { ...there, isThereAlone: false };
  const [here, deployed] = [module, there].map(({ sha256 }) => `${sha256.slice(0, 12)}…`);
  throw new StateError('BR-E0218', `stack ${stack} has another ${family.name} (SHA-256 ${deployed}) than ${asked} (${here})`, {
    hint: `${deploy(asked)}; --family ${family.name} takes the one that is there`,
    details: { stack, family: family.name, sha256: module.sha256, deployed: there.sha256 },
  });
}

function missing(stack: string, families: OrchestratorStack['families'], what: string, path: string): InputError {
  const has = families.length === 0 ? 'has none of its own' : `has ${families.map(({ name }) => name).join(', ')}`;
  return new InputError('BR-E0120', `${what}; stack ${stack} ${has}`, { hint: deploy(path), details: { stack } });
}

function deploy(path: string): string {
  return `deploy the stack again with it: batchrock deploy orchestrator --family ${path} beside its other options`;
}
