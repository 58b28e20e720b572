import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package. */
export const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything that these scripts install and make; ignored by git, and made anew when it is missing. */
export const workFolder = join(packageFolder, '.languages');

/** What the package managers fetched, kept from one run to the next. */
export const cacheFolder = join(workFolder, 'cache');

/** The bindings as jsii-pacmak wrote them, a folder a language. */
export const bindingsFolder = join(workFolder, 'bindings');

/** The programs of this repository, a folder a language. */
export const programsFolder = join(packageFolder, 'languages');
