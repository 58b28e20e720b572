export { dispatch } from './dispatch.ts';
export { openTellingEngine } from './open-telling-engine.ts';
export { claimShare, isOurs } from './ours.ts';
export { type TellingEngine, tellWaiting } from './tell.ts';
export { tellFiles } from './tell-files.ts';
