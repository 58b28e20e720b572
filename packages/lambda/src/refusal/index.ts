export { isFinal, type RefusalName, refusal } from './refusal.ts';
