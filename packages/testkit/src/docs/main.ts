import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES } from './pages.ts';

for (const [name, page] of Object.entries(PAGES)) writeFileSync(join(import.meta.dirname, '../../../../docs', name), page());
