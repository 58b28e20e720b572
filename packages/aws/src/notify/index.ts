export { openEventBus } from './event-bus.ts';
export type { Message, Publisher } from './publisher.ts';
export { openTopic } from './topic.ts';
