export type { FoundObject, Inbox, ListedObject } from './inbox.ts';
export { findLook, type InboxLook, writeLook } from './look.ts';
export { openInbox } from './open-inbox.ts';
