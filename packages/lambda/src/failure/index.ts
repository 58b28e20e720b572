export { hintFor, reasonOf, sayingWhy } from './failure.ts';
