export { type FinishMessage, finishOfMessage } from './finish-queue.ts';
export { createFinishQueue, type FinishQueue } from './sender.ts';
