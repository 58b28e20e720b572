export { fileFamilies } from './families.ts';
export { importFamily, isFamilyPath, type LoadedFamily, loadFamily } from './load-family.ts';
