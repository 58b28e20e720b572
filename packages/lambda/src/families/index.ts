export { type AskedFamily, type FoundFamily, findFamily, findFamilyFor } from './asked-family.ts';
export { readStackFamilies, type StackFamily } from './family-list.ts';
export { stackFamilies } from './stack-families.ts';
