import { join } from 'node:path';

/** What this package carries of `@batchrock/lambda`: from src/ and from lib/ alike, the bundles are two folders up. */
export const handlersFolder = join(__dirname, '..', '..', 'handlers');
