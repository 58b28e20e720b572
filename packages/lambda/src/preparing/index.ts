export { type AskedQuestion, type Freezing, freeze, identityOf, type LookedAt } from './freeze.ts';
export { isCut, type MadeParts, makeParts } from './make-parts.ts';
