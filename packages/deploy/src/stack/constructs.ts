import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the package of the constructs exports. */
export type Constructs = typeof import('@batchrock/cdk');

/** Where `tsc` compiles the constructs of a checkout; the package that is published has what jsii compiled. */
const COMPILED_IN_CHECKOUT = new URL('../../../cdk/dist/index.js', import.meta.url);

/** The constructs. In a checkout where jsii has not run, those that `npm run build` has compiled. */
export async function loadConstructs(): Promise<Constructs> {
  try {
    return await import('@batchrock/cdk');
  } catch (error) {
    if (!existsSync(fileURLToPath(COMPILED_IN_CHECKOUT))) throw error;
    return (await import(COMPILED_IN_CHECKOUT.href)) as Constructs;
  }
}
