export { createInbox, type FoundObject, type Inbox } from './inbox.ts';
