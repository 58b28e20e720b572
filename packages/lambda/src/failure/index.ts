export { blockedHint, hintFor, reasonOf, sayingWhy } from './failure.ts';
