export { type FinishMessage, finishOfMessage } from './finish-queue.ts';
