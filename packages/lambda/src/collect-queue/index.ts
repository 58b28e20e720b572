export { type CollectQueue, createCollectQueue, partOfMessage } from './collect-queue.ts';
