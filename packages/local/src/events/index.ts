export type { JobEvent } from './job-event.ts';
export { createEventSender, type EventSender } from './webhook.ts';
