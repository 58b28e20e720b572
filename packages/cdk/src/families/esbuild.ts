import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** As much of esbuild as is used here. */
export interface Esbuild {
  buildSync(options: object): { readonly outputFiles: readonly { readonly text: string }[] };
}

/** What esbuild throws says each of its errors. */
export interface EsbuildFailure {
  readonly errors: readonly {
    readonly text: string;
    readonly location?: { readonly file: string; readonly line: number } | null;
  }[];
}

/**
 * The esbuild of the project that a module lies in, of the app, or of whatever has brought this package; undefined where there is none.
 * It is no dependency of this package, which has to work from five languages and on every platform without one.
 */
export function findEsbuild(module: string): Esbuild | undefined {
  for (const folder of [dirname(module), process.cwd(), __dirname, dirname(process.argv[1] ?? '')]) {
    const loader = createRequire(join(folder, 'index.js'));
    try {
      loader.resolve('esbuild');
    } catch {
      continue;
    }
    return loader('esbuild') as Esbuild;
  }
  return undefined;
}
