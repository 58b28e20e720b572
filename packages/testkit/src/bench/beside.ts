import { fileURLToPath } from 'node:url';

/** The path of a program in the folder of the module at `url`, by its name without ending: as source or compiled, as that is. */
export function programBeside(name: string, url: string): string {
  return fileURLToPath(new URL(`${name}${url.endsWith('.ts') ? '.ts' : '.js'}`, url));
}

/** The path of a file that is not compiled and lies beside the sources of the benches. */
export function sourceFile(name: string): string {
  return fileURLToPath(new URL(`../../src/bench/${name}`, import.meta.url));
}
