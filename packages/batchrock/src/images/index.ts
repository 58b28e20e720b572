export { asIfFetched } from './as-if-fetched.ts';
export { fetchedCopies } from './fetched-copy.ts';
export type { ImageReach } from './image-reach.ts';
