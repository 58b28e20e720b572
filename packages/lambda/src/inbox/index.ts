export { createInbox, type FoundObject, type Inbox, type ListedObject } from './inbox.ts';
export { findLook, type InboxLook, writeLook } from './look.ts';
