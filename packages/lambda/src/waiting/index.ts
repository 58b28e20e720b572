export { dispatch } from './dispatch.ts';
export { claimShare, isOurs } from './ours.ts';
export { type TellingEngine, tellWaiting } from './tell.ts';
