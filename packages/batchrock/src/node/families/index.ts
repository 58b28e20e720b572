export { fileFamilies } from './families.ts';
export { isFamilyPath, type LoadedFamily, loadFamily } from './load-family.ts';
