import { InputError } from '../errors/index.ts';
import { type Family, familyNamed } from '../model/index.ts';

/** Where a family of a user's project is. */
export interface FamilyModule {
  /** Of the file, as whoever began the run called it. */
  readonly path: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

/** A family as it stands in the document of a run. */
export interface FamilyRef {
  readonly family: string;
  readonly familyModule?: FamilyModule;
}

/** Finds how to speak to the model of a run. */
export interface Families {
  /** Throws `BR-E0218` where the module of a user's family is gone, or is another than it was. */
  of(model: FamilyRef): Promise<Family>;
}

/** The families that are built in. */
export const builtInFamilies: Families = {
  async of({ family, familyModule }) {
    if (familyModule === undefined) return familyNamed(family);
    throw new InputError('BR-E0131', `the family ${family} of ${familyModule.path} cannot be loaded here`);
  },
};
