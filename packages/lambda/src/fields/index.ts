export { Fields, invalid } from './fields.ts';
