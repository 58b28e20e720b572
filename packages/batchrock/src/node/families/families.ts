import { builtInFamilies, type Families, type FamilyModule, StateError } from '@batchrock/core';
import { loadFamily } from './load-family.ts';

/** Families that are built in, and those of files of this machine, which have to be what they were when their run was begun. */
export const fileFamilies: Families = {
  async of(model) {
    const { family: name, familyModule } = model;
    if (familyModule === undefined) return builtInFamilies.of(model);
    const loaded = await loadFamily(familyModule.path).catch((cause: unknown) => {
      throw changed(familyModule, 'cannot be loaded', cause);
    });
    const { sha256 } = loaded.module;
    if (sha256 !== familyModule.sha256) throw changed(familyModule, `is another than it was (SHA-256 ${sha256.slice(0, 12)}…)`);
    if (loaded.family.name !== name) throw changed(familyModule, `gives the family ${loaded.family.name} now`);
    return loaded.family;
  },
};

function changed({ path, sha256 }: FamilyModule, why: string, cause?: unknown): StateError {
  const told = cause instanceof Error ? `: ${cause.message}` : '';
  return new StateError(
    'BR-E0218',
    `the run speaks to its model by ${path} (SHA-256 ${sha256.slice(0, 12)}…), which ${why}${told}`,
    {
      details: { path, sha256 },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
