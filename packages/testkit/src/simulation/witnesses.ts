import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A world in which a planted bug shows: a seed, and of its faults those that it takes. */
export interface Witness {
  readonly seed: number;
  readonly faults: readonly string[];
}

/** Where they are kept: a line of JSON for each mutant, with its name. */
const WITNESSES = fileURLToPath(new URL('./witnesses.jsonl', import.meta.url));

/** Every witness by the name of its mutant. */
export async function readWitnesses(file = WITNESSES): Promise<Map<string, Witness>> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const { mutant, seed, faults } = JSON.parse(line) as Witness & { readonly mutant: string };
      return [mutant, { seed, faults }];
    }),
  );
}

/** Puts a witness into the place of an old one; they stand in order of their names. */
export async function writeWitness(name: string, witness: Witness, file = WITNESSES): Promise<void> {
  const all = [...(await readWitnesses(file)).set(name, witness)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  await writeFile(file, all.map(([mutant, each]) => `${JSON.stringify({ mutant, ...each })}\n`).join(''));
}
