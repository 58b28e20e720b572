import { builtInFamilies, type Families, type FamilyModule, StateError } from '@batchrock/core';
import { importFamily, type LoadedFamily } from 'batchrock/node';
import type { StackFamily } from './family-list.ts';

const loaded = new Map<string, Promise<LoadedFamily>>();

/** Loads a family once a sandbox. Throws `BR-E0131` for one that cannot be loaded or gives no family. */
export function loadStackFamily({ name, sha256, path, file }: StackFamily): Promise<LoadedFamily> {
  const key = `${file} ${sha256} ${name}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const loading = importFamily(file, { path, sha256 }, path);
  loaded.set(key, loading);
  loading.catch(() => loaded.delete(key));
  return loading;
}

/** Families that are built in, and those that were deployed with the function, which have to be what they were when a run was begun. */
export function stackFamilies(families: readonly StackFamily[]): Families {
  return {
    async of(model) {
      const { family: name, familyModule } = model;
      if (familyModule === undefined) return builtInFamilies.of(model);
      const there = families.find((each) => each.name === name);
      if (there === undefined) throw changed(familyModule, `and there is no family ${name} in this stack`);
      if (there.sha256 !== familyModule.sha256) {
        throw changed(familyModule, `which is another in this stack (SHA-256 ${there.sha256.slice(0, 12)}…)`);
      }
      return (await loadStackFamily(there)).family;
    },
  };
}

function changed({ path, sha256 }: FamilyModule, why: string): StateError {
  return new StateError('BR-E0218', `the run speaks to its model by ${path} (SHA-256 ${sha256.slice(0, 12)}…), ${why}`, {
    details: { path, sha256 },
  });
}
